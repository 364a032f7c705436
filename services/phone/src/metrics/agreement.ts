/** Whether two runtimes give the same detections for a photo. */
import {intersectionOverUnion, sortByScore, type Detection} from '../vision/box.ts';

/** Two runtimes agree on a detection when their boxes overlap by at least this much. */
export const SAME_OVERLAP = 0.9;
/** Detections closer to the threshold than this may be above it in one runtime and below it in the other. */
export const SCORE_MARGIN = 0.05;

/**
 * Confident detections of either runtime that the other runtime lacks.
 *
 * Confident means a score of at least `scoreThreshold` + 0.05; the other runtime has the detection if one of its boxes
 * has the same class and overlaps by at least 0.9. Empty when the runtimes agree, even if they decoded and resized the
 * photo differently.
 */
export function disagreements(
  ours: readonly Detection[],
  theirs: readonly Detection[],
  scoreThreshold: number,
): Detection[] {
  return [...unmatched(ours, theirs, scoreThreshold), ...unmatched(theirs, ours, scoreThreshold)];
}

function unmatched(
  candidates: readonly Detection[],
  others: readonly Detection[],
  scoreThreshold: number,
): Detection[] {
  const free = new Set(sortByScore(others));
  return sortByScore(candidates.filter(({score}) => score >= scoreThreshold + SCORE_MARGIN)).filter(
    detection => {
      for (const other of free) {
        if (other.classId !== detection.classId) continue;
        if (intersectionOverUnion(other.box, detection.box) < SAME_OVERLAP) continue;
        free.delete(other);
        return false;
      }
      return true;
    },
  );
}
