/** Matches detections to ground truth: COCO's greedy matching, and the outcome of one photo. */
import {intersectionOverUnion, sortByScore, type Detection, type GroundTruth} from '../vision/box.ts';

/** Maximum number of detections per photo and class, as in detector/evaluation. */
export const MAX_DETECTIONS = 50;

/** A detection and the index of the object it was matched to; null for a false positive. */
export interface Match {
  readonly detection: Detection;
  readonly object: number | null;
}

/**
 * COCO's greedy matching for one class on one photo, best detection first.
 *
 * Detections are taken in order of descending score (ties keep their order). Each is matched to the object of its class
 * that is not matched yet and has the highest overlap of at least `threshold`; of equal overlaps, the later object.
 * Source: cocoeval.py of the COCO API; the same as detector/evaluation/matching.py.
 */
export function matchClass(
  objects: readonly GroundTruth[],
  detections: readonly Detection[],
  classId: number,
  threshold: number,
): Match[] {
  const taken = new Set<number>();
  const candidates = sortByScore(detections.filter(detection => detection.classId === classId));
  return candidates.slice(0, MAX_DETECTIONS).map(detection => {
    const object = bestFree(objects, detection, taken, threshold);
    if (object !== null) taken.add(object);
    return {detection, object};
  });
}

function bestFree(
  objects: readonly GroundTruth[],
  detection: Detection,
  taken: ReadonlySet<number>,
  threshold: number,
): number | null {
  let best: number | null = null;
  let highest = threshold;
  objects.forEach((object, index) => {
    if (object.classId !== detection.classId || taken.has(index)) return;
    const overlap = intersectionOverUnion(object.box, detection.box);
    if (overlap < highest) return;
    best = index;
    highest = overlap;
  });
  return best;
}

/** The detections above the threshold on one photo, best first per class, and the objects that were missed. */
export interface Outcome {
  readonly truePositives: readonly Detection[];
  readonly falsePositives: readonly Detection[];
  readonly missed: readonly GroundTruth[];
}

/** A detection is a true positive when it overlaps an object of its class by at least this much. */
export const MIN_OVERLAP = 0.5;

/** The outcome of the detections with a score of at least `scoreThreshold`, as in detector/evaluation. */
export function photoOutcome(
  objects: readonly GroundTruth[],
  detections: readonly Detection[],
  scoreThreshold: number,
): Outcome {
  const aboveThreshold = sortByScore(detections.filter(({score}) => score >= scoreThreshold));
  const classes = [...new Set(aboveThreshold.map(({classId}) => classId))].sort((a, b) => a - b);
  const truePositives: Detection[] = [];
  const falsePositives: Detection[] = [];
  const matched = new Set<number>();
  for (const classId of classes) {
    const matches = matchClass(objects, aboveThreshold, classId, MIN_OVERLAP);
    for (const {detection, object} of matches) {
      (object === null ? falsePositives : truePositives).push(detection);
      if (object !== null) matched.add(object);
    }
    // Detections beyond MAX_DETECTIONS are not matched: they count as false positives.
    falsePositives.push(
      ...aboveThreshold.filter(detection => detection.classId === classId).slice(matches.length),
    );
  }
  return {truePositives, falsePositives, missed: objects.filter((_, index) => !matched.has(index))};
}

/** The number of false positives and missed objects. */
export function countMistakes(outcome: Outcome): number {
  return outcome.falsePositives.length + outcome.missed.length;
}
