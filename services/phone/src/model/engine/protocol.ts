/** The messages between the page and its worker. */
import type {Detection} from '../../vision/box.ts';

/** In order of preference before anything was measured. */
export const BACKENDS = ['wasm', 'webgl', 'cpu'] as const;
export type Backend = (typeof BACKENDS)[number];

/** A version's TensorFlow.js graph, verified. */
export interface GraphFiles {
  /** model.json. */
  readonly topology: ArrayBuffer;
  /** The concatenated weight files, in the order of model.json. */
  readonly weights: ArrayBuffer;
  readonly width: number;
  readonly height: number;
}

export type EngineRequest =
  | {readonly kind: 'open'; readonly backend: Backend; readonly files: GraphFiles}
  | {readonly kind: 'detect'; readonly picture: ImageBitmap}
  /** For tests and benchmarks, which check for leaks. */
  | {readonly kind: 'memory'};

/** Milliseconds. */
export interface Times {
  /** Reading the picture's pixels and resizing them. */
  readonly resize: number;
  /** The network, including its preprocessing and postprocessing. */
  readonly inference: number;
}

/** All detections of the network (scores from 0.01), best first. */
export interface DetectResult {
  readonly detections: readonly Detection[];
  readonly ms: Times;
}

/** As tf.memory() counts them. */
export interface Memory {
  readonly numTensors: number;
  readonly numBytes: number;
}

export interface EngineResponses {
  open: null;
  detect: DetectResult;
  memory: Memory;
}

export type RequestMessage = EngineRequest & {readonly id: number};
export type ResponseMessage =
  | {readonly id: number; readonly result: EngineResponses[keyof EngineResponses]}
  | {readonly id: number; readonly fault: string};
