import type {Detection, GroundTruth} from '../../vision/box.ts';
import {intersectionOverUnion} from './overlap.ts';

/** At most so many detections of a photo and class take part in matching, as in detector/evaluation. */
export const MAX_DETECTIONS = 50;

/** A detection and the place of the object it found among the photo's objects; null when it found none. */
export interface Match {
  readonly detection: Detection;
  readonly object: number | null;
}

/**
 * Which detection of one class found which object of one photo, best detection first: COCO's greedy matching.
 *
 * Detections are taken by falling score (as they come, where scores tie); each takes the object of its class with
 * the highest overlap at or above `threshold` that none before it took, the later one of equal overlaps.
 * Source: cocoeval.py of the COCO API; the same as detector/evaluation/matching.py.
 */
export function matchClass(
  objects: readonly GroundTruth[],
  detections: readonly Detection[],
  classId: number,
  threshold: number,
): Match[] {
  const taken = new Set<number>();
  const candidates = byFallingScore(detections.filter(detection => detection.classId === classId));
  return candidates.slice(0, MAX_DETECTIONS).map(detection => {
    const object = bestFree(objects, detection, taken, threshold);
    if (object !== null) taken.add(object);
    return {detection, object};
  });
}

/** A sorted copy; the order of equal scores stays. */
export function byFallingScore<T extends {readonly score: number}>(scored: readonly T[]): T[] {
  return [...scored].sort((a, b) => b.score - a.score);
}

function bestFree(
  objects: readonly GroundTruth[],
  detection: Detection,
  taken: ReadonlySet<number>,
  threshold: number,
): number | null {
  let best: number | null = null;
  let highest = threshold;
  objects.forEach((object, place) => {
    if (object.classId !== detection.classId || taken.has(place)) return;
    const overlap = intersectionOverUnion(object.box, detection.box);
    if (overlap < highest) return;
    best = place;
    highest = overlap;
  });
  return best;
}
