import type {Detection, GroundTruth} from '../../vision/box.ts';
import {byFallingScore, matchClass} from './matching.ts';

/** The boxes drawn on a photo, sorted into right and wrong, best first, and the objects none of them found. */
export interface Outcome {
  readonly right: readonly Detection[];
  readonly wrong: readonly Detection[];
  readonly missed: readonly GroundTruth[];
}

/** A box is right when it overlaps an object of its class by at least this much. */
export const RIGHT_OVERLAP = 0.5;

/** Judge one photo's detections of `scoreThreshold` or more, as detector/evaluation/outcome.py does. */
export function photoOutcome(
  objects: readonly GroundTruth[],
  detections: readonly Detection[],
  scoreThreshold: number,
): Outcome {
  const drawn = byFallingScore(detections.filter(({score}) => score >= scoreThreshold));
  const classes = [...new Set(drawn.map(({classId}) => classId))].sort((a, b) => a - b);
  const right: Detection[] = [];
  const wrong: Detection[] = [];
  const found = new Set<number>();
  for (const classId of classes) {
    const matches = matchClass(objects, drawn, classId, RIGHT_OVERLAP);
    for (const {detection, object} of matches) {
      (object === null ? wrong : right).push(detection);
      if (object !== null) found.add(object);
    }
    // Matching keeps only the best of very many; the rest found nothing.
    wrong.push(...drawn.filter(detection => detection.classId === classId).slice(matches.length));
  }
  return {right, wrong, missed: objects.filter((_, place) => !found.has(place))};
}

/** Wrong boxes and missed objects together. */
export function mistakes(outcome: Outcome): number {
  return outcome.wrong.length + outcome.missed.length;
}
