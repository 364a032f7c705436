import {afterEach, beforeEach, expect, test, vi} from 'vitest';

import {DamagedFile, downloadVerified} from '../../src/model/download.ts';
import {sha256} from '../../src/storage/checksum.ts';
import {MANIFEST} from '../manifest.ts';

const GOOD = new TextEncoder().encode('weights').buffer;
const DAMAGED = new TextEncoder().encode('weightz').buffer;

/** How the browser's cache was to be used, request after request. */
let asked: (RequestCache | undefined)[];

/** `cached`: what the browser has of the file; `served`: what the server has. */
function network(cached: ArrayBuffer, served: ArrayBuffer): void {
  vi.stubGlobal('fetch', (_address: string, {cache}: RequestInit) => {
    asked.push(cache);
    return Promise.resolve(new Response(cache === 'reload' ? served : cached));
  });
}

async function file() {
  return {path: 'tfjs/graph/weights.bin', size_bytes: GOOD.byteLength, sha256: await sha256(GOOD)};
}

beforeEach(() => {
  asked = [];
  vi.stubGlobal('document', {baseURI: 'http://phones.test/'});
});
afterEach(() => void vi.unstubAllGlobals());

test('a good file is fetched once', async () => {
  network(GOOD, GOOD);
  expect(await downloadVerified(MANIFEST, await file())).toEqual(GOOD);
  expect(asked).toEqual([undefined]);
});

test('a file that lies damaged in the browser’s cache is fetched past it', async () => {
  network(DAMAGED, GOOD);
  expect(await downloadVerified(MANIFEST, await file())).toEqual(GOOD);
  expect(asked).toEqual([undefined, 'reload']);
});

test('a file that is damaged on the server too is refused', async () => {
  network(DAMAGED, DAMAGED);
  await expect(downloadVerified(MANIFEST, await file())).rejects.toThrow(DamagedFile);
  expect(asked).toHaveLength(2);
});
