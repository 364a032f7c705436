/** The worker: one backend, one network. A page that wants another starts another worker. */
import {memory} from '@tensorflow/tfjs-core';

import {networkInput} from '../../vision/resize.ts';
import {refuseLostContext, startBackend} from './backends.ts';
import {type Graph, openGraph, runGraph} from './graph.ts';
import type {Answered, Answers, Asked, Backend, Found, GraphFiles, Question} from './protocol.ts';

let opened: {readonly model: Graph; readonly width: number; readonly height: number} | null = null;

async function open({backend, files}: {backend: Backend; files: GraphFiles}): Promise<null> {
  await startBackend(backend);
  opened = {model: openGraph(files), width: files.width, height: files.height};
  return null;
}

async function detect(picture: ImageBitmap): Promise<Found> {
  if (!opened) throw new Error('no network is open');
  const {model, width, height} = opened;
  const started = performance.now();
  let rgb: Uint8Array;
  try {
    rgb = networkInput(picture, width, height);
  } finally {
    picture.close();
  }
  const resized = performance.now();
  const detections = await runGraph(model, rgb, width, height);
  refuseLostContext();
  return {detections, ms: {resize: resized - started, inference: performance.now() - resized}};
}

function answer(question: Question): Promise<Answers[keyof Answers]> | Answers['memory'] {
  switch (question.kind) {
    case 'open':
      return open(question);
    case 'detect':
      return detect(question.picture);
    case 'memory': {
      const {numTensors, numBytes} = memory();
      return {numTensors, numBytes};
    }
  }
}

async function reply({data}: MessageEvent<Asked>): Promise<void> {
  let message: Answered;
  try {
    message = {id: data.id, result: await answer(data)};
  } catch (fault) {
    message = {id: data.id, fault: fault instanceof Error ? fault.message : String(fault)};
  }
  postMessage(message);
}

addEventListener('message', event => void reply(event as MessageEvent<Asked>));
