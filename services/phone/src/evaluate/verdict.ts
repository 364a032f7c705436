import type {Evaluation} from '../metrics/evaluation.ts';

/** How far to trust the version on this phone; `differs` means that the phone and the server disagree. */
export type Trust = 'good' | 'mixed' | 'poor' | 'differs' | 'unknown';

export interface Verdict {
  readonly trust: Trust;
  /** One sentence that says whether to trust it. */
  readonly headline: string;
  /** The reasons, one sentence each. */
  readonly reasons: readonly string[];
}

/** Minimum of precision and recall. */
const MIN_GOOD = 0.8;
const MIN_MIXED = 0.6;

/** The verdict in words. `differing` is the number of photos on which the phone and the server disagree. */
export function decideVerdict(phone: Evaluation, differing: number): Verdict {
  const {truePositives, falsePositives, falseNegatives} = phone.counts;
  const objects = truePositives + falseNegatives;
  const detections = truePositives + falsePositives;
  const reasons = [
    agreement(phone.photos, differing),
    ...found(truePositives, objects),
    ...boxes(truePositives, detections),
    ...empty(phone),
  ];
  const trust = differing > 0 ? 'differs' : trustOf(truePositives, objects, detections);
  return {trust, headline: HEADLINES[trust], reasons};
}

const HEADLINES: Readonly<Record<Trust, string>> = {
  good: 'You can trust it on photos like these.',
  mixed: 'It is often right. Look twice before you rely on it.',
  poor: 'Do not rely on it yet. More photos, and more different ones, help most.',
  differs: 'This phone does not give the server’s answers. Detect on the server instead.',
  unknown: 'These photos cannot tell: nothing is labelled on them.',
};

function trustOf(truePositives: number, objects: number, detections: number): Trust {
  if (objects === 0) return detections === 0 ? 'unknown' : 'poor';
  const worst = Math.min(truePositives / objects, detections === 0 ? 0 : truePositives / detections);
  if (worst >= MIN_GOOD) return 'good';
  return worst >= MIN_MIXED ? 'mixed' : 'poor';
}

function agreement(photos: number, differing: number): string {
  if (differing === 0) return `This phone gives the server’s answers on ${all(photos)}.`;
  return `This phone answers differently from the server on ${differing} of ${count(photos, 'photo')}.`;
}

function all(photos: number): string {
  return photos === 1 ? 'the one photo' : `all ${photos} photos`;
}

function found(truePositives: number, objects: number): string[] {
  return objects === 0 ? [] : [`It found ${truePositives} of ${count(objects, 'object')}.`];
}

function boxes(truePositives: number, detections: number): string[] {
  if (detections === 0) return ['It drew no boxes.'];
  const wrong = detections - truePositives;
  return [
    wrong === 0
      ? `None of its ${count(detections, 'box', 'boxes')} is wrong.`
      : `${wrong} of its ${count(detections, 'box', 'boxes')} ${wrong === 1 ? 'is' : 'are'} wrong.`,
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
