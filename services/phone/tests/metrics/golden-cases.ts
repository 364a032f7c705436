import type {EvaluatedPhoto} from '../../src/metrics/evaluation.ts';
import type {Box} from '../../src/vision/box.ts';
import {golden} from '../golden.ts';

/** Hold results to this, as tests/golden/generate.py says. */
export const DECIMALS = 6;

export type Edges = [number, number, number, number];

interface GoldenCounts {
  true_positives: number;
  false_positives: number;
  false_negatives: number;
}

export interface GoldenCase {
  name: string;
  photos: {
    ground_truth: {class_id: number; box: Edges}[];
    detections: {class_id: number; score: number; box: Edges}[];
  }[];
  score_threshold: number;
  expected: {
    ap50: number | null;
    ap75: number | null;
    per_class: {
      class_id: number;
      ground_truth_boxes: number;
      ap50: number | null;
      precision_at_101_recalls: number[] | null;
      at_threshold: GoldenCounts;
    }[];
    at_threshold: GoldenCounts;
    false_positives_per_empty_photo: number | null;
  };
  outcomes: {right: number[]; wrong: number[]; missed: number[]}[];
}

export function averagePrecisionCases(): {labels: string[]; cases: GoldenCase[]} {
  return golden('average_precision') as {labels: string[]; cases: GoldenCase[]};
}

export function box([ymin, xmin, ymax, xmax]: Edges): Box {
  return {ymin, xmin, ymax, xmax};
}

export function evaluatedPhotos(photos: GoldenCase['photos']): EvaluatedPhoto[] {
  return photos.map(photo => ({
    groundTruth: photo.ground_truth.map(each => ({classId: each.class_id, box: box(each.box)})),
    detections: photo.detections.map(each => ({
      classId: each.class_id,
      score: each.score,
      box: box(each.box),
    })),
  }));
}
