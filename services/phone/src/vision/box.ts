/** Boxes and detections as everywhere in this project: edges of the upright photo, 0..1. */
export interface Box {
  readonly ymin: number;
  readonly xmin: number;
  readonly ymax: number;
  readonly xmax: number;
}

/** One object as a person marked it. Classes are 0-based indices into the version's labels. */
export interface GroundTruth {
  readonly classId: number;
  readonly box: Box;
}

/** One object found; score 0..1. */
export interface Detection extends GroundTruth {
  readonly score: number;
}
