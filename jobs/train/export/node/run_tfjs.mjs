// Runs one exported tfjs model for the training job.
//
// Usage: node run_tfjs.mjs graph|layers path/to/model.json [wasm|cpu]
//
// Answers on stdout, asks on stdin, both little-endian. On start: one answer whose header describes the model.
// Then per question (uint32 byte count, pixels uint8 [B,S,S,3]) one answer: uint32 header length, a JSON header
// {ms, outputs: [{name, shape}]}, then the outputs as float32. A failure is an answer {error}.
import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import {setWasmPaths} from '@tensorflow/tfjs-backend-wasm';
import {loadGraphModel} from '@tensorflow/tfjs-converter';
import {loadLayersModel} from '@tensorflow/tfjs-layers';

/** Choose a backend: 'wasm' is fast, 'cpu' is plain JavaScript and can train. */
export async function useBackend(name) {
  if (name === 'wasm') {
    const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(path.dirname(entry) + path.sep);
  }
  if (!await tf.setBackend(name)) throw new Error(`the tfjs backend ${name} does not start here`);
  await tf.ready();
}

/** An IO handler that reads model.json and the weight files beside it. */
function fromDisk(modelPath) {
  const folder = path.dirname(modelPath);
  const readWeights = async manifest => {
    const files = manifest.flatMap(group => group.paths);
    const contents = await Promise.all(files.map(file => readFile(path.join(folder, file))));
    const bytes = Buffer.concat(contents);
    return [manifest.flatMap(group => group.weights), Uint8Array.from(bytes).buffer];
  };
  return {
    load: async () => tf.io.getModelArtifactsForJSON(JSON.parse(await readFile(modelPath, 'utf8')), readWeights),
  };
}

/** The model and the names of its outputs in the order in which it gives them. */
export async function openModel(kind, modelPath) {
  const model = kind === 'graph' ? await loadGraphModel(fromDisk(modelPath)) : await loadLayersModel(fromDisk(modelPath));
  const names = kind === 'graph' ? Object.keys(model.modelSignature.outputs) : model.outputNames;
  return {model, names, size: model.inputs[0].shape[1]};
}

async function detect({model, names, size}, pixels) {
  const images = tf.tidy(() => tf.tensor(Float32Array.from(pixels), [pixels.length / (size * size * 3), size, size, 3]));
  const started = performance.now();
  const predicted = model.predict(images);
  const outputs = Array.isArray(predicted) ? predicted : [predicted];
  const values = await Promise.all(outputs.map(output => output.data()));
  const ms = performance.now() - started;
  const header = {ms, outputs: outputs.map((output, i) => ({name: names[i], shape: output.shape}))};
  tf.dispose([images, ...outputs]);
  return [header, values.map(value => Float32Array.from(value))];
}

function answer(header, values = []) {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  process.stdout.write(Buffer.concat([length, text, ...values.map(v => Buffer.from(v.buffer, v.byteOffset, v.byteLength))]));
}

/** Yields each question's bytes until stdin ends. */
async function* questions() {
  let chunks = [], held = 0, wanted = 4, inHeader = true;
  for await (const chunk of process.stdin) {
    chunks.push(chunk);
    held += chunk.length;
    while (held >= wanted) {
      const all = Buffer.concat(chunks);
      const part = all.subarray(0, wanted);
      chunks = [all.subarray(wanted)];
      held -= wanted;
      if (inHeader) wanted = part.readUInt32LE(0);
      else { wanted = 4; yield part; }
      inHeader = !inHeader;
    }
  }
}

async function main([kind, modelPath, backend = 'wasm']) {
  // stdout carries answers only: whatever a library logs goes to stderr
  console.log = console.info = console.warn = console.error;
  try {
    await useBackend(backend);
    const opened = await openModel(kind, modelPath);
    answer({size: opened.size, backend: tf.getBackend(), outputs: opened.names});
    for await (const pixels of questions()) answer(...await detect(opened, pixels));
  } catch (error) {
    answer({error: String(error?.message ?? error)});
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main(process.argv.slice(2));
