import {afterEach, expect, test, vi} from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** What is remembered where the browser keeps this text. */
async function remembered(kept: string | null) {
  vi.stubGlobal('localStorage', {getItem: () => kept, setItem: () => undefined, removeItem: () => undefined});
  const {loadMeasured} = await import('../../src/model/backends.ts');
  return loadMeasured('320x320:1');
}

const NOTE = {browser: navigator.userAgent, network: '320x320:1', measured: {wasm: 12}};

test('what was measured in this browser for this network is remembered', async () => {
  expect(await remembered(JSON.stringify(NOTE))).toEqual({wasm: 12});
});

test.each([{browser: 'another'}, {network: '192x192:1'}])('what was measured with %o is not', async other => {
  expect(await remembered(JSON.stringify({...NOTE, ...other}))).toBeNull();
});

test.each([null, '{', '[]', 'null', '7', '{}'])('%s is no memory', async kept => {
  expect(await remembered(kept)).toBeNull();
});
