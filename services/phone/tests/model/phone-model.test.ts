import 'fake-indexeddb/auto';

import {expect, test, vi} from 'vitest';

import {PhoneModel} from '../../src/model/phone-model.ts';
import {Runner} from '../../src/model/runner.ts';

const TOPOLOGY = new TextEncoder().encode('{"weightsManifest": []}').buffer;

vi.mock('../../src/gateway/fetch-manifest.ts', async () => {
  const {MANIFEST} = await import('../get-it/manifest.ts');
  return {fetchManifest: () => Promise.resolve({manifest: MANIFEST, etag: ''})};
});
vi.mock('../../src/model/download.ts', () => ({downloadChecked: () => Promise.resolve(TOPOLOGY)}));

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
