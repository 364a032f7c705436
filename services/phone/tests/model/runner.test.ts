import {afterEach, beforeEach, expect, test, vi} from 'vitest';

import type {Backend} from '../../src/model/engine/protocol.ts';
import {Runner} from '../../src/model/runner.ts';

const FILES = {topology: new ArrayBuffer(0), weights: new ArrayBuffer(0), width: 4, height: 4};
const SLOW_MS = 40_000;
const closed = vi.hoisted(() => vi.fn<(backend: string) => void>());
const retired = vi.hoisted(() => vi.fn<(backend: string) => void>());
/** How long WebGL takes to open. */
let openMs: number;
let inferenceMs: Record<Backend, number>;

vi.mock('../../src/model/engine/engine.ts', () => ({
  Engine: {
    async open(backend: Backend) {
      if (backend === 'webgl') await new Promise(resolve => setTimeout(resolve, openMs));
      const found = {detections: [], ms: {resize: 1, inference: inferenceMs[backend]}};
      const detect = () => Promise.resolve(found);
      return {backend, detect, close: () => closed(backend), retire: () => retired(backend)};
    },
  },
}));

beforeEach(() => {
  vi.useFakeTimers();
  closed.mockClear();
  openMs = 0;
  inferenceMs = {wasm: 20, webgl: 5, cpu: 90};
  vi.stubGlobal('ImageData', vi.fn());
  vi.stubGlobal('createImageBitmap', () => Promise.resolve({}));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a backend that opens later than it may is not used, and is closed as soon as it has opened', async () => {
  openMs = SLOW_MS;
  const runner = await Runner.open(FILES, {run: () => Promise.resolve()});
  const settling = runner.chooseFastest();
  await vi.advanceTimersByTimeAsync(30_000);
  await settling;
  expect(runner.measured.value.webgl).toBe('it took longer than 30 s');
  expect(closed).not.toHaveBeenCalled();

  await vi.advanceTimersByTimeAsync(SLOW_MS);
  expect(closed.mock.calls).toEqual([['webgl']]);
  expect(runner.backend.value).toBe('wasm');
});

test('the faster backend takes over, and the slower one answers first what is on its way', async () => {
  const another = {...FILES, width: 5}; // what was measured of the first one is remembered
  const runner = await Runner.open(another, {run: () => Promise.resolve()});
  const settling = runner.chooseFastest();
  await vi.runAllTimersAsync();
  await settling;
  expect(runner.backend.value).toBe('webgl');
  expect(retired.mock.calls).toEqual([['wasm']]);
  expect(closed).not.toHaveBeenCalled();
});
