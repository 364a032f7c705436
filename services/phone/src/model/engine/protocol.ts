/** What the page and its worker say to each other. */
import type {Detection} from '../../vision/box.ts';

/** In the order in which they are preferred when nothing is known yet. */
export const BACKENDS = ['wasm', 'webgl', 'cpu'] as const;
export type Backend = (typeof BACKENDS)[number];

/** A version's tfjs graph, as bytes that were checked. */
export interface GraphFiles {
  /** model.json. */
  readonly topology: ArrayBuffer;
  /** The weight files behind one another, in the order in which model.json names them. */
  readonly weights: ArrayBuffer;
  readonly width: number;
  readonly height: number;
}

export type Question =
  | {readonly kind: 'open'; readonly backend: Backend; readonly files: GraphFiles}
  | {readonly kind: 'detect'; readonly picture: ImageBitmap}
  /** For tests and the bench, which watch that nothing is left behind. */
  | {readonly kind: 'memory'};

/** Milliseconds. */
export interface Times {
  /** Reading the picture's pixels and resizing them. */
  readonly resize: number;
  /** The network, its own preprocessing and post-processing included. */
  readonly inference: number;
}

/** Every row that the network gives (its floor is 0.01), best first. */
export interface Found {
  readonly detections: readonly Detection[];
  readonly ms: Times;
}

/** As tf.memory() counts them. */
export interface Memory {
  readonly numTensors: number;
  readonly numBytes: number;
}

export interface Answers {
  open: null;
  detect: Found;
  memory: Memory;
}

export type Asked = Question & {readonly id: number};
export type Answered =
  | {readonly id: number; readonly result: Answers[keyof Answers]}
  | {readonly id: number; readonly fault: string};
