import {afterEach, beforeEach, expect, test, vi} from 'vitest';

import {Engine, EngineFault} from '../../src/model/engine/engine.ts';

const FILES = {topology: new ArrayBuffer(0), weights: new ArrayBuffer(0), width: 4, height: 4};
const FOUND = {detections: [], ms: {resize: 1, inference: 1}};
const PICTURE = {} as ImageBitmap;

/** A worker that answers when the test says so. */
class SlowWorker extends EventTarget {
  readonly asked: number[] = [];
  readonly terminate = vi.fn();

  postMessage({id, kind}: {id: number; kind: string}): void {
    if (kind === 'open') queueMicrotask(() => this.answer(id, null));
    else this.asked.push(id);
  }

  answer(id: number, result: unknown): void {
    this.dispatchEvent(new MessageEvent('message', {data: {id, result}}));
  }
}

let worker: SlowWorker;

beforeEach(() => {
  worker = new SlowWorker();
  vi.stubGlobal(
    'Worker',
    vi.fn(function () {
      return worker;
    }),
  );
});
afterEach(() => void vi.unstubAllGlobals());

test('a network that is exchanged for another one answers the picture that is on its way, and ends then', async () => {
  const engine = await Engine.open('wasm', FILES);
  const found = engine.detect(PICTURE);
  engine.retire();
  expect(worker.terminate).not.toHaveBeenCalled();
  worker.answer(worker.asked[0]!, FOUND);
  await expect(found).resolves.toEqual(FOUND);
  expect(worker.terminate).toHaveBeenCalledOnce();
  await expect(engine.detect(PICTURE)).rejects.toThrow(EngineFault);
});

test('one that nobody waits for ends at once', async () => {
  const engine = await Engine.open('wasm', FILES);
  engine.retire();
  expect(worker.terminate).toHaveBeenCalledOnce();
});
