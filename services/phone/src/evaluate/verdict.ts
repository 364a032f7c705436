import type {Evaluation} from '../metrics/evaluation.ts';

/** How far to trust the version on this phone: `differs` when the phone does not answer as the server does. */
export type Trust = 'good' | 'mixed' | 'poor' | 'differs' | 'unknown';

export interface Verdict {
  readonly trust: Trust;
  /** One sentence that says whether to trust it. */
  readonly headline: string;
  /** What that rests on, a sentence each. */
  readonly reasons: readonly string[];
}

const GOOD = 0.8;
const MIXED = 0.6;

/** Put what was measured on this phone into words. `differing` photos are answered unlike on the server. */
export function verdictOf(phone: Evaluation, differing: number): Verdict {
  const {truePositives, falsePositives, falseNegatives} = phone.counts;
  const objects = truePositives + falseNegatives;
  const drawn = truePositives + falsePositives;
  const reasons = [
    agreement(phone.photos, differing),
    ...found(truePositives, objects),
    ...boxes(truePositives, drawn),
    ...empty(phone),
  ];
  const trust = differing > 0 ? 'differs' : trustOf(truePositives, objects, drawn);
  return {trust, headline: HEADLINES[trust], reasons};
}

const HEADLINES: Readonly<Record<Trust, string>> = {
  good: 'You can trust it on photos like these.',
  mixed: 'It is often right. Look twice before you rely on it.',
  poor: 'Do not rely on it yet. More photos, and more different ones, help most.',
  differs: 'This phone does not give the server’s answers. Detect on the server instead.',
  unknown: 'These photos cannot tell: nothing is labelled on them.',
};

function trustOf(right: number, objects: number, drawn: number): Trust {
  if (objects === 0) return drawn === 0 ? 'unknown' : 'poor';
  const worst = Math.min(right / objects, drawn === 0 ? 0 : right / drawn);
  if (worst >= GOOD) return 'good';
  return worst >= MIXED ? 'mixed' : 'poor';
}

function agreement(photos: number, differing: number): string {
  if (differing === 0) return `This phone gives the server’s answers on ${all(photos)}.`;
  return `This phone answers differently from the server on ${differing} of ${count(photos, 'photo')}.`;
}

function all(photos: number): string {
  return photos === 1 ? 'the one photo' : `all ${photos} photos`;
}

function found(right: number, objects: number): string[] {
  return objects === 0 ? [] : [`It found ${right} of ${count(objects, 'object')}.`];
}

function boxes(right: number, drawn: number): string[] {
  if (drawn === 0) return ['It drew no boxes.'];
  const wrong = drawn - right;
  return [
    wrong === 0
      ? `None of its ${count(drawn, 'box', 'boxes')} is wrong.`
      : `${wrong} of its ${count(drawn, 'box', 'boxes')} ${wrong === 1 ? 'is' : 'are'} wrong.`,
  ];
}

function empty(phone: Evaluation): string[] {
  if (phone.falsePositivesPerEmptyPhoto === null)
    return ['Every photo here has something on it, so this does not show what it does on others.'];
  const drawn = Math.round(phone.falsePositivesPerEmptyPhoto * phone.emptyPhotos);
  const where =
    phone.emptyPhotos === 1
      ? 'the one photo with nothing on it'
      : `the ${phone.emptyPhotos} photos with nothing on them`;
  return [
    drawn === 0 ? `It drew nothing on ${where}.` : `It drew ${count(drawn, 'box', 'boxes')} on ${where}.`,
  ];
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
