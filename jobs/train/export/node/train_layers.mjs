// Trains an exported layers model for a few steps and says what moved.
//
// Usage: node train_layers.mjs path/to/model.json path/to/task.json
//
// task.json: {steps, rate, pixels: [B,S,S,3] flat 0..255, shape, targets: flat, targetShape, head,
// grid: {centers, strides, classes} for the head "grid"}. Prints {losses, firstLoss, moved, unmoved}: the loss
// before each step, and the names of the layers whose weights changed or stayed equal bit by bit.
import {readFile} from 'node:fs/promises';

import * as tf from '@tensorflow/tfjs-core';

import {gridLoss, localizerLoss} from './losses.mjs';
import {openModel, useBackend} from './run_tfjs.mjs';

/** A copy of every weight by layer. */
function weightsByLayer(model) {
  const layers = model.layers.filter(layer => layer.weights.length);
  return new Map(layers.map(layer => [layer.name, layer.getWeights().map(weight => weight.dataSync().slice())]));
}

function sameBits(a, b) {
  return a.every((values, i) => Buffer.from(values.buffer).equals(Buffer.from(b[i].buffer)));
}

const [modelPath, taskPath] = process.argv.slice(2);
const task = JSON.parse(await readFile(taskPath, 'utf8'));
console.info = console.warn = console.error;
// the wasm backend has no gradients of convolutions
await useBackend('cpu');
const {model} = await openModel('layers', modelPath);
const loss = task.head === 'grid' ? gridLoss(task.grid) : localizerLoss();
model.compile({optimizer: tf.train.sgd(task.rate), loss});
const images = tf.tensor(task.pixels, task.shape, 'float32');
const targets = tf.tensor(task.targets, task.targetShape, 'float32');
const firstLoss = loss(targets, model.predict(images)).dataSync()[0];
const before = weightsByLayer(model);
const history = await model.fit(images, targets, {epochs: task.steps, batchSize: task.shape[0], shuffle: false, verbose: 0});
const after = weightsByLayer(model);
const names = [...before.keys()];
const unmoved = names.filter(name => sameBits(before.get(name), after.get(name)));
const moved = names.filter(name => !unmoved.includes(name));
process.stdout.write(JSON.stringify({losses: history.history.loss, firstLoss, moved, unmoved}));
