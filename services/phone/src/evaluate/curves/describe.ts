/** Curves in words, for those who do not see them. */
import type {Curves} from './history.ts';

/** How the average precision went. */
export function describeAccuracy({ap50, epochs}: Curves): string {
  const best = bestOf(ap50);
  if (best === null) return 'It was not measured during this training.';
  return `AP50 on validation photos was highest, ${best.value.toFixed(3)}, after epoch ${best.epoch} of ${epochs.length}.`;
}

/** How the loss went. */
export function describeLoss({loss}: Curves): string {
  const told = loss.filter(value => value !== null);
  const [first, last] = [told[0], told.at(-1)];
  if (first === undefined || last === undefined) return 'It was not recorded.';
  return `The loss went from ${first.toPrecision(3)} to ${last.toPrecision(3)}.`;
}

function bestOf(values: readonly (number | null)[]): {value: number; epoch: number} | null {
  const highest = Math.max(...values.map(value => value ?? -Infinity));
  return highest === -Infinity ? null : {value: highest, epoch: values.indexOf(highest) + 1};
}
