import {afterEach, expect, test, vi} from 'vitest';

import {fetchManifest} from '../../src/gateway/fetch-manifest.ts';

afterEach(() => vi.unstubAllGlobals());

test('a server without a version says so in words of those who open the page', async () => {
  const body = {code: 'not_found', detail: "There is no channel 'stable'; channels with a version: none."};
  const answered = (address: string) =>
    Promise.resolve(
      address.endsWith('page.json')
        ? new Response('{"model": "detector"}')
        : new Response(JSON.stringify(body), {status: 404}),
    );
  vi.stubGlobal('document', {baseURI: 'https://detector.local/'});
  vi.stubGlobal('fetch', vi.fn(answered));
  await expect(fetchManifest(null)).rejects.toMatchObject({
    code: 'not_found',
    message: 'The server has no model yet. Try again when the first training has ended.',
  });
});
