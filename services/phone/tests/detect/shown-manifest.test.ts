import {expect, test, vi} from 'vitest';

import {chooseMode} from '../../src/detect/modes.ts';
import {learnServed, shownManifest} from '../../src/detect/shown-manifest.ts';
import {threshold} from '../../src/detect/threshold.ts';
import {MANIFEST} from '../get-it/manifest.ts';

vi.mock('../../src/model/on-phone.ts', async () => {
  const {MANIFEST: manifest} = await import('../get-it/manifest.ts');
  return {phoneModel: {state: {value: {state: 'ready', manifest}}}, whyNotHere: () => null};
});
vi.mock('../../src/gateway/fetch-manifest.ts', async () => {
  const {MANIFEST: manifest} = await import('../get-it/manifest.ts');
  const served = {...manifest, version: 4, score_threshold: 0.6};
  return {fetchManifest: () => Promise.resolve({manifest: served, etag: ''})};
});

test('the threshold is that of the version that answers: the phone’s, or in Server mode the server’s', async () => {
  expect(shownManifest.value).toBe(MANIFEST);
  chooseMode('server');
  expect(threshold.value).toBeNull();
  await learnServed();
  expect(threshold.value).toBe(0.6);
  chooseMode('both');
  expect(threshold.value).toBe(0.375);
});
