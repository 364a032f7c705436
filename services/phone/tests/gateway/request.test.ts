import {afterEach, beforeEach, expect, test, vi} from 'vitest';

import {apiKey, keyQuestion} from '../../src/gateway/api-key.ts';
import {pageSettings} from '../../src/gateway/fetch-manifest.ts';
import {ask} from '../../src/gateway/request.ts';

const REFUSAL = JSON.stringify({code: 'unauthenticated', detail: 'Send an API key.'});
const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  vi.stubGlobal('document', {baseURI: 'https://detector.local/'});
  vi.stubGlobal('fetch', fetched);
});
afterEach(() => {
  apiKey.value = null;
  fetched.mockReset();
  vi.unstubAllGlobals();
});

test('a key that no header can carry is asked for again, and does not end all requests', async () => {
  fetched.mockImplementation((_, init) => {
    const right = new Headers(init?.headers).get('X-Api-Key') === 'secret';
    return Promise.resolve(right ? new Response('{}') : new Response(REFUSAL, {status: 401}));
  });
  apiKey.value = '“ключ”';
  const answer = ask('detect');
  await vi.waitFor(() => expect(keyQuestion.value?.refused).toBe(true));
  keyQuestion.value?.answer('secret');
  expect((await answer).status).toBe(200);
});

test.each(['{', '7', '{}', 'null'])('settings that were kept as %s are asked for again', async kept => {
  vi.stubGlobal('localStorage', {getItem: () => kept, setItem: () => undefined, removeItem: () => undefined});
  vi.resetModules();
  const fresh = await import('../../src/gateway/fetch-manifest.ts');
  fetched.mockResolvedValue(new Response('{"model": "birds"}'));
  expect(await fresh.pageSettings()).toEqual({model: 'birds'});
});

test('settings that were heard before are there without a network', async () => {
  fetched.mockResolvedValueOnce(new Response('{"model": "birds"}'));
  await pageSettings();
  fetched.mockRejectedValue(new TypeError('no network'));
  expect(await pageSettings()).toEqual({model: 'birds'});
});
