/** samples.json: the sample photos that a version is published with. */
import type {Detection, GroundTruth} from '../vision/box.ts';

/** A sample photo: its file beside samples.json, its ground truth, and the SavedModel's detections on this file. */
export interface Sample {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly groundTruth: readonly GroundTruth[];
  readonly detections: readonly Detection[];
}

/** The sample photos and the server's metrics on exactly these photos. */
export interface Samples {
  readonly labels: readonly string[];
  readonly scoreThreshold: number;
  readonly ap50: number | null;
  readonly falsePositives: number | null;
  readonly falsePositivesPerEmptyPhoto: number | null;
  readonly photos: readonly Sample[];
}

const SCHEMA = 1;

/** samples.json is damaged or has an unknown schema. */
export class UnreadableSamplesError extends Error {}

/** Parse the text of samples.json. Throws UnreadableSamplesError. */
export function parseSamples(text: string): Samples {
  try {
    return fromJson(JSON.parse(text) as SamplesJson);
  } catch (fault) {
    if (fault instanceof UnreadableSamplesError) throw fault;
    throw new UnreadableSamplesError(`samples.json is damaged: ${String(fault)}`);
  }
}

function fromJson(json: SamplesJson): Samples {
  if (json.schema !== SCHEMA) {
    throw new UnreadableSamplesError(`samples.json has schema ${json.schema}; this page reads ${SCHEMA}.`);
  }
  return {
    labels: json.labels,
    scoreThreshold: json.score_threshold,
    ap50: json.ap50,
    falsePositives: json.false_positives,
    falsePositivesPerEmptyPhoto: json.false_positives_per_empty_photo,
    photos: json.photos.map(photo => ({
      file: photo.file,
      width: photo.width,
      height: photo.height,
      groundTruth: photo.ground_truth.map(({class_id, box}) => ({classId: class_id, box})),
      detections: photo.detections.map(({class_id, score, box}) => ({classId: class_id, score, box})),
    })),
  };
}

interface SamplesJson {
  schema: number;
  labels: string[];
  score_threshold: number;
  ap50: number | null;
  false_positives: number | null;
  false_positives_per_empty_photo: number | null;
  photos: {
    file: string;
    width: number;
    height: number;
    ground_truth: {class_id: number; box: Detection['box']}[];
    detections: {class_id: number; score: number; box: Detection['box']}[];
  }[];
}
