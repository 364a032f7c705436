/** Samples for tests: an object here or there, found or not. */
import type {Sample, Samples} from '../../src/gateway/samples.ts';
import type {Box, Detection, GroundTruth} from '../../src/vision/box.ts';

export const HERE: Box = {ymin: 0.1, xmin: 0.1, ymax: 0.5, xmax: 0.5};
export const THERE: Box = {ymin: 0.6, xmin: 0.6, ymax: 0.9, xmax: 0.9};
export const OBJECT: GroundTruth = {classId: 0, box: HERE};
export const FOUND: Detection = {classId: 0, score: 0.9, box: HERE};
export const ASTRAY: Detection = {classId: 0, score: 0.8, box: THERE};

export function sample(file: string, groundTruth: GroundTruth[], detections: Detection[]): Sample {
  return {file, width: 640, height: 480, groundTruth, detections};
}

export function samplesOf(...photos: Sample[]): Samples {
  return {
    labels: ['raccoon', 'kangaroo'],
    scoreThreshold: 0.5,
    ap50: 1,
    falsePositives: 0,
    falsePositivesPerEmptyPhoto: 0,
    photos,
  };
}
