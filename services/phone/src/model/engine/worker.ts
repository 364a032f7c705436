/** The worker: one backend and one network per worker. */
import {memory} from '@tensorflow/tfjs-core';

import {errorMessage} from '../../ui/format.ts';
import {networkInput} from '../../vision/resize.ts';
import {openGraph, runGraph, type Graph} from './graph.ts';
import type {
  Backend,
  DetectResult,
  EngineRequest,
  EngineResponses,
  GraphFiles,
  RequestMessage,
  ResponseMessage,
} from './protocol.ts';
import {assertContextNotLost, startBackend} from './start-backend.ts';

let opened: {readonly model: Graph; readonly width: number; readonly height: number} | null = null;

async function open({backend, files}: {backend: Backend; files: GraphFiles}): Promise<null> {
  await startBackend(backend);
  opened = {model: openGraph(files), width: files.width, height: files.height};
  return null;
}

async function detect(picture: ImageBitmap): Promise<DetectResult> {
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
  assertContextNotLost();
  return {detections, ms: {resize: resized - started, inference: performance.now() - resized}};
}

function answer(
  question: EngineRequest,
): Promise<EngineResponses[keyof EngineResponses]> | EngineResponses['memory'] {
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

async function reply({data}: MessageEvent<RequestMessage>): Promise<void> {
  let message: ResponseMessage;
  try {
    message = {id: data.id, result: await answer(data)};
  } catch (fault) {
    message = {id: data.id, fault: errorMessage(fault)};
  }
  postMessage(message);
}

addEventListener('message', event => void reply(event as MessageEvent<RequestMessage>));
