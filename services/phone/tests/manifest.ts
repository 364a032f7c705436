/** A manifest for tests. */
import type {Artifact, Manifest} from '../src/gateway/manifest.ts';

export function artifact(kind: string, ...paths: string[]): Artifact {
  const files = paths.map((path, place) => ({path, sha256: `${place}`.repeat(64), size_bytes: 1_500_000}));
  return {kind, files, ap50: 0.9, io_dtype: 'float32', min_runtime: 'Some 1.0'};
}

export const MANIFEST: Manifest = {
  schema: '1.0',
  name: 'detector',
  version: 3,
  created: '2026-01-02T03:04:05Z',
  labels: ['raccoon', 'kangaroo'],
  input: {width: 320, height: 240, dtype: 'uint8', range: [0, 255]},
  outputs: {tflite: ['detection_boxes'], tfjs_graph: ['num_detections', 'detection_boxes']},
  score_threshold: 0.375,
  artifacts: [
    artifact('saved_model', 'saved_model.pb'),
    artifact('tflite_f32', 'tflite/f32.tflite'),
    artifact('tflite_f16', 'tflite/f16.tflite'),
    artifact('tfjs_graph_f16', 'tfjs/graph/model.json', 'tfjs/graph/weights.bin'),
  ],
};
