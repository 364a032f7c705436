import type {Box} from '../../vision/box.ts';

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
