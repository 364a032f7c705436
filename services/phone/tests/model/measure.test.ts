import {afterEach, expect, test, vi} from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** What is remembered where the browser keeps this text. */
async function remembered(kept: string | null) {
  vi.stubGlobal('localStorage', {getItem: () => kept, setItem: () => undefined, removeItem: () => undefined});
  const {rememberedMeasure} = await import('../../src/model/measure.ts');
  return rememberedMeasure('320x320:1');
}

test('what was measured in this browser for this network is remembered', async () => {
  const note = {browser: navigator.userAgent, network: '320x320:1', measured: {wasm: 12}};
  expect(await remembered(JSON.stringify(note))).toEqual({wasm: 12});
});

test.each([null, '{', '[]', 'null', '7', '{"browser": "another"}'])('%s is no memory', async kept => {
  expect(await remembered(kept)).toBeNull();
});
