/** Average precision and counts over many photos, equal to detector/evaluation on the same photos. */
import {sortByScore, type Detection, type GroundTruth} from '../vision/box.ts';
import {matchClass, MIN_OVERLAP} from './matching.ts';

/** A photo's ground truth and all of the model's detections, down to its lowest score. */
export interface EvaluatedPhoto {
  readonly groundTruth: readonly GroundTruth[];
  readonly detections: readonly Detection[];
}

/** Counts of detections at or above the score threshold. */
export interface Counts {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
}

/** Metrics over some photos. A metric that could not be measured is null, never 0. */
export interface Evaluation {
  readonly photos: number;
  readonly emptyPhotos: number;
  /** Mean over the classes with labelled objects, 0..1. */
  readonly ap50: number | null;
  readonly perClass: readonly ClassEvaluation[];
  readonly counts: Counts;
  /** Mean number of detections above the threshold on a photo without objects. */
  readonly falsePositivesPerEmptyPhoto: number | null;
}

export interface ClassEvaluation {
  readonly classId: number;
  readonly groundTruthBoxes: number;
  readonly ap50: number | null;
  readonly counts: Counts;
}

/** COCO's AP50 and the counts at `scoreThreshold`. */
export function evaluate(
  photos: readonly EvaluatedPhoto[],
  classes: number,
  scoreThreshold: number,
): Evaluation {
  const perClass = Array.from({length: classes}, (_, classId) =>
    evaluateClass(photos, classId, scoreThreshold),
  );
  const empty = photos.filter(({groundTruth}) => groundTruth.length === 0);
  const falsePositivesOnEmpty = empty
    .flatMap(({detections}) => detections)
    .filter(({score}) => score >= scoreThreshold);
  return {
    photos: photos.length,
    emptyPhotos: empty.length,
    ap50: meanOrNull(perClass.map(({ap50}) => ap50)),
    perClass,
    counts: perClass.map(({counts}) => counts).reduce(addCounts, NO_COUNTS),
    falsePositivesPerEmptyPhoto: empty.length === 0 ? null : falsePositivesOnEmpty.length / empty.length,
  };
}

const NO_COUNTS: Counts = {truePositives: 0, falsePositives: 0, falseNegatives: 0};

function addCounts(a: Counts, b: Counts): Counts {
  return {
    truePositives: a.truePositives + b.truePositives,
    falsePositives: a.falsePositives + b.falsePositives,
    falseNegatives: a.falseNegatives + b.falseNegatives,
  };
}

function evaluateClass(
  photos: readonly EvaluatedPhoto[],
  classId: number,
  scoreThreshold: number,
): ClassEvaluation {
  const matches = matchAllPhotos(photos, classId, MIN_OVERLAP);
  const groundTruthBoxes = countOf(photos, classId);
  const aboveThreshold = matches.filter(({score}) => score >= scoreThreshold);
  const truePositives = aboveThreshold.filter(match => match.isTruePositive).length;
  return {
    classId,
    groundTruthBoxes,
    ap50: averagePrecision(matches, groundTruthBoxes),
    counts: {
      truePositives,
      falsePositives: aboveThreshold.length - truePositives,
      falseNegatives: groundTruthBoxes - truePositives,
    },
  };
}

/** The detections of one class on all photos in order of descending score, each matched within its photo. */
export function matchAllPhotos(
  photos: readonly EvaluatedPhoto[],
  classId: number,
  overlap: number,
): ScoredMatch[] {
  const matches = photos.flatMap(({groundTruth, detections}) =>
    matchClass(groundTruth, detections, classId, overlap).map(({detection, object}) => ({
      score: detection.score,
      isTruePositive: object !== null,
    })),
  );
  return sortByScore(matches);
}

function countOf(photos: readonly EvaluatedPhoto[], classId: number): number {
  return photos.flatMap(({groundTruth}) => groundTruth).filter(object => object.classId === classId).length;
}

/** The score of a detection, and whether it was matched to an object. */
export interface ScoredMatch {
  readonly score: number;
  readonly isTruePositive: boolean;
}

/** COCO's recall points 0, 0.01, ..., 1. */
const RECALL_POINTS = Array.from({length: 101}, (_, point) => point * 0.01);

/**
 * Area under the interpolated precision-recall curve of one class, 0..1.
 *
 * `matches` is sorted by descending score; `objects` is the number of labelled objects. Null without labelled objects.
 */
export function averagePrecision(matches: readonly ScoredMatch[], objects: number): number | null {
  const curve = interpolatedPrecision(matches, objects);
  return curve === null ? null : curve.reduce((sum, precision) => sum + precision, 0) / curve.length;
}

/** The highest precision at or above each of the 101 recall points; null without labelled objects. */
export function interpolatedPrecision(matches: readonly ScoredMatch[], objects: number): number[] | null {
  if (objects === 0) return null;
  let found = 0;
  const points = matches.map(({isTruePositive}, index) => {
    if (isTruePositive) found += 1;
    return {recall: found / objects, precision: found / (index + 1)};
  });
  // From the end, so that each point gets the highest precision at its recall or above.
  let best = 0;
  const envelope = points.reverse().map(({recall, precision}) => {
    best = Math.max(best, precision);
    return {recall, precision: best};
  });
  envelope.reverse();
  return RECALL_POINTS.map(wanted => envelope.find(({recall}) => recall >= wanted)?.precision ?? 0);
}

/** Mean of the values that are not null; null when all are. */
export function meanOrNull(values: readonly (number | null)[]): number | null {
  const measured = values.filter(value => value !== null);
  return measured.length === 0 ? null : measured.reduce((sum, value) => sum + value, 0) / measured.length;
}
