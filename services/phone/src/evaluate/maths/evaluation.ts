import {averagePrecision, meanOfMeasured, type Judged} from './average-precision.ts';
import type {Detection, GroundTruth} from '../../vision/box.ts';
import {byFallingScore, matchClass} from './matching.ts';
import {RIGHT_OVERLAP} from './outcome.ts';

/** A photo with what a person labelled and what a detector found, all detections down to the graph's floor. */
export interface JudgedPhoto {
  readonly groundTruth: readonly GroundTruth[];
  readonly detections: readonly Detection[];
}

/** Counts of the detections whose score reaches the threshold. */
export interface Counts {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
}

/** What evaluating some photos gives. A number that could not be measured is null, never 0. */
export interface Evaluation {
  readonly photos: number;
  readonly emptyPhotos: number;
  /** Mean over the classes with labelled objects, 0..1. */
  readonly ap50: number | null;
  readonly perClass: readonly ClassEvaluation[];
  readonly counts: Counts;
  /** Mean number of boxes drawn on a photo with nothing on it. */
  readonly falsePositivesPerEmptyPhoto: number | null;
}

export interface ClassEvaluation {
  readonly classId: number;
  readonly groundTruthBoxes: number;
  readonly ap50: number | null;
  readonly counts: Counts;
}

/** COCO's AP50 and the counts at `scoreThreshold`, equal to detector/evaluation on the same photos. */
export function evaluate(
  photos: readonly JudgedPhoto[],
  classes: number,
  scoreThreshold: number,
): Evaluation {
  const perClass = Array.from({length: classes}, (_, classId) =>
    evaluateClass(photos, classId, scoreThreshold),
  );
  const empty = photos.filter(({groundTruth}) => groundTruth.length === 0);
  const drawnOnEmpty = empty
    .flatMap(({detections}) => detections)
    .filter(({score}) => score >= scoreThreshold);
  return {
    photos: photos.length,
    emptyPhotos: empty.length,
    ap50: meanOfMeasured(perClass.map(({ap50}) => ap50)),
    perClass,
    counts: perClass.map(({counts}) => counts).reduce(addCounts, NOTHING),
    falsePositivesPerEmptyPhoto: empty.length === 0 ? null : drawnOnEmpty.length / empty.length,
  };
}

const NOTHING: Counts = {truePositives: 0, falsePositives: 0, falseNegatives: 0};

function addCounts(a: Counts, b: Counts): Counts {
  return {
    truePositives: a.truePositives + b.truePositives,
    falsePositives: a.falsePositives + b.falsePositives,
    falseNegatives: a.falseNegatives + b.falseNegatives,
  };
}

function evaluateClass(
  photos: readonly JudgedPhoto[],
  classId: number,
  scoreThreshold: number,
): ClassEvaluation {
  const judged = judgeClass(photos, classId, RIGHT_OVERLAP);
  const groundTruthBoxes = countOf(photos, classId);
  const drawn = judged.filter(({score}) => score >= scoreThreshold);
  const right = drawn.filter(detection => detection.right).length;
  return {
    classId,
    groundTruthBoxes,
    ap50: averagePrecision(judged, groundTruthBoxes),
    counts: {
      truePositives: right,
      falsePositives: drawn.length - right,
      falseNegatives: groundTruthBoxes - right,
    },
  };
}

/** The detections of one class on all photos by falling score, with whether each found an object. */
export function judgeClass(photos: readonly JudgedPhoto[], classId: number, overlap: number): Judged[] {
  const judged = photos.flatMap(({groundTruth, detections}) =>
    matchClass(groundTruth, detections, classId, overlap).map(({detection, object}) => ({
      score: detection.score,
      right: object !== null,
    })),
  );
  return byFallingScore(judged);
}

function countOf(photos: readonly JudgedPhoto[], classId: number): number {
  return photos.flatMap(({groundTruth}) => groundTruth).filter(object => object.classId === classId).length;
}
