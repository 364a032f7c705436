/** The network as a TensorFlow.js graph: pixels in, detections out. Runs in the worker. */
import {loadGraphModelSync, type GraphModel} from '@tensorflow/tfjs-converter';
import {tensor4d, tidy, type io, type Tensor} from '@tensorflow/tfjs-core';

import type {Detection} from '../../vision/box.ts';
import type {GraphFiles} from './protocol.ts';

/** Outputs are addressed by name, as their order differs between runtimes. */
const OUTPUTS = ['detection_boxes', 'detection_classes', 'detection_scores', 'num_detections'];

export type Graph = GraphModel<io.IOHandlerSync>;

/** Throws an Error that says what is wrong with the files. */
export function openGraph({topology, weights}: GraphFiles): Graph {
  const json = JSON.parse(new TextDecoder().decode(topology)) as io.ModelJSON;
  return loadGraphModelSync([json, weights]);
}

/** The graph's node names of the outputs, from the signature in model.json. */
function outputNodes(model: Graph): string[] {
  const outputs = (model.modelSignature as {outputs?: Record<string, {name: string}>}).outputs ?? {};
  return OUTPUTS.map(name => {
    const output = outputs[name];
    if (!output) throw new Error(`the network has no output ${name}`);
    return output.name;
  });
}

/** `rgb` holds height × width × 3 bytes. */
export async function runGraph(
  model: Graph,
  rgb: Uint8Array,
  width: number,
  height: number,
): Promise<Detection[]> {
  const outputs = tidy(() => {
    // TensorFlow.js has no 8-bit type; the graph takes float32 in 0..255.
    const image = tensor4d(Float32Array.from(rgb), [1, height, width, 3]);
    return model.execute(image, outputNodes(model)) as Tensor[];
  });
  try {
    const [boxes, classes, scores, count] = await Promise.all(outputs.map(output => output.data()));
    return rows(boxes!, classes!, scores!, count![0]!);
  } finally {
    for (const output of outputs) output.dispose();
  }
}

type Numbers = ArrayLike<number>;

function rows(boxes: Numbers, classes: Numbers, scores: Numbers, count: number): Detection[] {
  return Array.from({length: Math.round(count)}, (_, row) => {
    const [ymin, xmin, ymax, xmax] = [0, 1, 2, 3].map(edge => boxes[row * 4 + edge]!) as [
      number,
      number,
      number,
      number,
    ];
    return {classId: Math.round(classes[row]!), score: scores[row]!, box: {ymin, xmin, ymax, xmax}};
  });
}
