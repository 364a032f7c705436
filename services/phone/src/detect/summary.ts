/** Answers in words. */
import type {Labelled} from './answers.ts';

/** What was found and how often, in the order of the classes: 'raccoon 2, kangaroo 1'. */
export function summary(detections: readonly Labelled[]): string {
  const counts = new Map<number, {label: string; count: number}>();
  for (const {classId, label} of detections) {
    counts.set(classId, {label, count: (counts.get(classId)?.count ?? 0) + 1});
  }
  if (counts.size === 0) return 'Nothing found';
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([, {label, count}]) => `${label} ${count}`)
    .join(', ');
}
