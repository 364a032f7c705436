/** Boxes and detections. */

/** Edges as fractions of the upright photo's sides, 0..1, as everywhere in this project. */
export interface Box {
  readonly ymin: number;
  readonly xmin: number;
  readonly ymax: number;
  readonly xmax: number;
}

/** One labelled object. Classes are 0-based indices into the version's labels. */
export interface GroundTruth {
  readonly classId: number;
  readonly box: Box;
}

/** One detected object; score 0..1. */
export interface Detection extends GroundTruth {
  readonly score: number;
}

export interface LabelledDetection extends Detection {
  readonly label: string;
}
