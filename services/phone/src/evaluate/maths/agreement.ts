import type {Detection} from '../../vision/box.ts';
import {byFallingScore} from './matching.ts';
import {intersectionOverUnion} from './overlap.ts';

/** Two runtimes give the same box of a photo when their boxes overlap at least this much. */
export const SAME_OVERLAP = 0.9;
/** Detections nearer to the threshold than this may be drawn by one runtime and not by the other. */
export const SCORE_MARGIN = 0.05;

/**
 * Detections that one of two runtimes is sure of and the other does not have, both ways.
 *
 * Sure is `scoreThreshold` + 0.05 or more; having it is a box of the same class that overlaps at 0.9 or more.
 * Empty for two runtimes that agree on the photo, however differently they decoded and resized it.
 */
export function disagreements(
  ours: readonly Detection[],
  theirs: readonly Detection[],
  scoreThreshold: number,
): Detection[] {
  return [...unmatched(ours, theirs, scoreThreshold), ...unmatched(theirs, ours, scoreThreshold)];
}

function unmatched(
  sure: readonly Detection[],
  others: readonly Detection[],
  scoreThreshold: number,
): Detection[] {
  const free = new Set(byFallingScore(others));
  return byFallingScore(sure.filter(({score}) => score >= scoreThreshold + SCORE_MARGIN)).filter(
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
