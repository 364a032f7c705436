import {expect, test, vi} from 'vitest';

import {
  chooseMode,
  fetchServedManifest,
  shownManifest,
  threshold,
} from '../../../src/detect/session/settings.ts';
import {MANIFEST} from '../../manifest.ts';

vi.mock('../../../src/model/shared-model.ts', async () => {
  const {MANIFEST: manifest} = await import('../../manifest.ts');
  return {phoneModel: {state: {value: {state: 'ready', manifest}}}, unsupportedReason: () => null};
});
vi.mock('../../../src/gateway/fetch-manifest.ts', async () => {
  const {MANIFEST: manifest} = await import('../../manifest.ts');
  const servedManifest = {...manifest, version: 4, score_threshold: 0.6};
  return {fetchManifest: () => Promise.resolve({manifest: servedManifest, etag: ''})};
});

test('the threshold is that of the version that answers: the phone’s, or in Server mode the server’s', async () => {
  expect(shownManifest.value).toBe(MANIFEST);
  chooseMode('server');
  expect(threshold.value).toBeNull();
  await fetchServedManifest();
  expect(threshold.value).toBe(0.6);
  chooseMode('both');
  expect(threshold.value).toBe(0.375);
});
