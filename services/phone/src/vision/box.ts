/** Boxes and detections, and how much boxes overlap. */

/** Edges as fractions of the upright photo's sides, 0..1, as everywhere in this project. */
export interface Box {
  readonly ymin: number;
  readonly xmin: number;
  readonly ymax: number;
  readonly xmax: number;
}

/** One labelled object. Classes are 0-based indices into the version's labels. */
export interface GroundTruth {
  readonly classId: number;
  readonly box: Box;
}

/** One detected object; score 0..1. */
export interface Detection extends GroundTruth {
  readonly score: number;
}

export interface LabelledDetection extends Detection {
  readonly label: string;
}

/** Intersection over union of two boxes, 0..1; 0 where the union is empty. */
export function intersectionOverUnion(a: Box, b: Box): number {
  const height = Math.min(a.ymax, b.ymax) - Math.max(a.ymin, b.ymin);
  const width = Math.min(a.xmax, b.xmax) - Math.max(a.xmin, b.xmin);
  const intersection = Math.max(height, 0) * Math.max(width, 0);
  const union = area(a) + area(b) - intersection;
  return union > 0 ? intersection / union : 0;
}

function area(box: Box): number {
  return Math.max(box.ymax - box.ymin, 0) * Math.max(box.xmax - box.xmin, 0);
}

/** A sorted copy; equal scores keep their order. */
export function sortByScore<T extends {readonly score: number}>(scored: readonly T[]): T[] {
  return [...scored].sort((a, b) => b.score - a.score);
}
