import {describe, expect, test} from 'vitest';

import {
  averagePrecision,
  evaluate,
  interpolatedPrecision,
  matchAllPhotos,
  meanOrNull,
  type Counts,
} from '../../src/metrics/evaluation.ts';
import {photoOutcome} from '../../src/metrics/matching.ts';
import {averagePrecisionCases, DECIMALS, evaluatedPhotos} from './golden-cases.ts';

const {labels, cases} = averagePrecisionCases();

function expectNear(value: number | null | undefined, expected: number | null): void {
  if (expected === null || value === null || value === undefined) expect(value).toBe(expected);
  else expect(value).toBeCloseTo(expected, DECIMALS);
}

function counts(of: {true_positives: number; false_positives: number; false_negatives: number}): Counts {
  return {
    truePositives: of.true_positives,
    falsePositives: of.false_positives,
    falseNegatives: of.false_negatives,
  };
}

test('there are cases to be held to', () => {
  expect(cases.length).toBeGreaterThanOrEqual(9);
});

describe.each(cases)('$name', each => {
  const photos = evaluatedPhotos(each.photos);
  const result = evaluate(photos, labels.length, each.score_threshold);

  test('the average precision at 0.5 is that of Python', () => {
    expectNear(result.ap50, each.expected.ap50);
    for (const [classId, metrics] of each.expected.per_class.entries()) {
      expectNear(result.perClass[classId]?.ap50, metrics.ap50);
      expect(result.perClass[classId]?.groundTruthBoxes).toBe(metrics.ground_truth_boxes);
    }
  });

  test('the curve is that of Python at every recall', () => {
    for (const [classId, metrics] of each.expected.per_class.entries()) {
      const curve = interpolatedPrecision(matchAllPhotos(photos, classId, 0.5), metrics.ground_truth_boxes);
      if (metrics.precision_at_101_recalls === null) expect(curve).toBeNull();
      else
        metrics.precision_at_101_recalls.forEach((precision, point) => expectNear(curve?.[point], precision));
    }
  });

  test('at a stricter overlap too', () => {
    const perClass = each.expected.per_class.map(({class_id, ground_truth_boxes}) =>
      averagePrecision(matchAllPhotos(photos, class_id, 0.75), ground_truth_boxes),
    );
    expectNear(meanOrNull(perClass), each.expected.ap75);
  });

  test('the counts at the threshold are those of Python', () => {
    expect(result.counts).toEqual(counts(each.expected.at_threshold));
    each.expected.per_class.forEach((metrics, classId) =>
      expect(result.perClass[classId]?.counts).toEqual(counts(metrics.at_threshold)),
    );
    expectNear(result.falsePositivesPerEmptyPhoto, each.expected.false_positives_per_empty_photo);
  });

  test('the same boxes are right, wrong and missed', () => {
    const outcomes = photos.map(({groundTruth, detections}) => {
      const outcome = photoOutcome(groundTruth, detections, each.score_threshold);
      return {
        right: outcome.truePositives.map(detection => detections.indexOf(detection)),
        wrong: outcome.falsePositives.map(detection => detections.indexOf(detection)),
        missed: outcome.missed.map(object => groundTruth.indexOf(object)),
      };
    });
    expect(outcomes).toEqual(each.outcomes);
  });
});
