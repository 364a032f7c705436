import {afterEach, beforeEach, expect, test, vi} from 'vitest';

import {Runner} from '../../src/model/runner.ts';

const FILES = {topology: new ArrayBuffer(0), weights: new ArrayBuffer(0), width: 4, height: 4};
const SLOW_MS = 40_000;
const closed = vi.hoisted(() => vi.fn<(backend: string) => void>());

vi.mock('../../src/model/engine/engine.ts', () => ({
  Engine: {
    async open(backend: string) {
      if (backend === 'webgl') await new Promise(resolve => setTimeout(resolve, SLOW_MS));
      const found = {detections: [], ms: {resize: 1, inference: 1}};
      return {backend, detect: () => Promise.resolve(found), close: () => closed(backend)};
    },
  },
}));

beforeEach(() => {
  vi.useFakeTimers();
  closed.mockClear();
  vi.stubGlobal('ImageData', vi.fn());
  vi.stubGlobal('createImageBitmap', () => Promise.resolve({}));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a backend that opens later than it may is not used, and is closed as soon as it has opened', async () => {
  const runner = await Runner.open(FILES, {run: () => Promise.resolve()});
  const settling = runner.settle();
  await vi.advanceTimersByTimeAsync(30_000);
  await settling;
  expect(runner.measured.value.webgl).toBe('it took longer than 30 s');
  expect(closed).not.toHaveBeenCalled();

  await vi.advanceTimersByTimeAsync(SLOW_MS);
  expect(closed.mock.calls).toEqual([['webgl']]);
  expect(runner.backend.value).toBe('wasm');
});
