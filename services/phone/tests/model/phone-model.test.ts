import 'fake-indexeddb/auto';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';

import type {Manifest, ManifestFile} from '../../src/gateway/manifest.ts';
import type {DownloadOptions} from '../../src/model/download.ts';
import {PhoneModel} from '../../src/model/phone-model.ts';
import {Runner} from '../../src/model/runner.ts';

type FetchFile = (file: ManifestFile, options: DownloadOptions) => Promise<ArrayBuffer>;
const soundly: FetchFile = () => Promise.resolve(TOPOLOGY);
let fetchFile = soundly;

beforeEach(() => {
  fetchFile = soundly;
  servedManifest = {};
});

afterEach(() => void vi.restoreAllMocks());

/** What the server's manifest has of its own. */
let servedManifest: Partial<Manifest> = {};
const TOPOLOGY = new TextEncoder().encode('{"weightsManifest": []}').buffer;

vi.mock('../../src/gateway/fetch-manifest.ts', async () => {
  const {MANIFEST} = await import('../manifest.ts');
  return {fetchManifest: () => Promise.resolve({manifest: {...MANIFEST, ...servedManifest}, etag: ''})};
});
vi.mock('../../src/model/download.ts', () => ({
  downloadVerified: (_: Manifest, file: ManifestFile, options: DownloadOptions) => fetchFile(file, options),
}));

test('a model that is deleted while it starts leaves no network running', async () => {
  const close = vi.fn();
  let opened: (runner: Runner) => void = () => undefined;
  const opening = new Promise<Runner>(resolve => (opened = resolve));
  const open = vi.spyOn(Runner, 'open').mockReturnValue(opening);
  const model = new PhoneModel();
  void model.start();
  await vi.waitFor(() => expect(open).toHaveBeenCalled());
  const removing = model.remove();
  opened({close} as unknown as Runner);
  await removing;
  expect(model.state.value).toEqual({state: 'none'});
  expect(close).toHaveBeenCalledOnce();
});

test('a browser that keeps nothing lets its model be deleted', async () => {
  const close = vi.fn();
  vi.spyOn(Runner, 'open').mockResolvedValue({close, chooseFastest: vi.fn()} as unknown as Runner);
  const forbidden = new DOMException('not here', 'InvalidStateError');
  vi.spyOn(indexedDB, 'open').mockImplementation(() => {
    throw forbidden;
  });
  const model = new PhoneModel();
  await model.fetchAgain();
  expect(model.state.value).toMatchObject({state: 'ready', isStored: false});
  await model.remove();
  expect(model.state.value).toEqual({state: 'none'});
  expect(close).toHaveBeenCalledOnce();
});

test('a store that was begun anew is offered although it counts from 1 again, and the same one is not', async () => {
  vi.spyOn(Runner, 'open').mockResolvedValue({close: vi.fn(), chooseFastest: vi.fn()} as unknown as Runner);
  const model = new PhoneModel();
  await model.fetchAgain();
  await model.checkForUpdate();
  expect(model.offer.value).toBeNull();
  expect(model.notice.value).toBe('The server has no other version.');

  servedManifest = {created: '2031-01-01T00:00:00Z'};
  await model.checkForUpdate();
  expect(model.offer.value?.manifest.created).toBe('2031-01-01T00:00:00Z');
  expect(model.notice.value).toBeNull();
});

test('when one file cannot be had that is said, whatever still comes of the others', async () => {
  let bytesCome: () => void = () => undefined;
  let stopped: AbortSignal | undefined;
  fetchFile = ({path}, {onBytes, signal}) => {
    if (path.endsWith('weights.bin')) return Promise.reject(new Error('weights.bin is not there'));
    bytesCome = () => onBytes?.(1);
    stopped = signal;
    return new Promise(() => undefined);
  };
  const model = new PhoneModel();
  await model.fetchAgain();
  bytesCome();
  expect(model.state.value).toEqual({state: 'failed', message: 'weights.bin is not there'});
  expect(stopped?.aborted).toBe(true);
});
