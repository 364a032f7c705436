import {afterEach, beforeEach, expect, test, vi} from 'vitest';

import {PhotoSession} from '../../../src/detect/session/photo-session.ts';
import {chooseThreshold} from '../../../src/detect/session/settings.ts';

vi.mock('../../../src/model/shared-model.ts', () => ({
  phoneModel: {state: {value: {state: 'none'}}},
  unsupportedReason: () => 'Here the server answers.',
}));

/** What the server was asked, photo after photo. */
let asked: URLSearchParams[];

/** The first bytes of one: the browser cannot open it, and the server is asked. */
const HEIC = new Blob(['\0\0\0\x18ftypheic']);

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  vi.stubGlobal('createImageBitmap', () => Promise.reject(new TypeError('no photo of this browser')));
  vi.stubGlobal('document', {baseURI: 'http://phones.test/'});
  vi.stubGlobal('fetch', (address: string) => {
    asked.push(new URL(address).searchParams);
    const image = {width: 4, height: 3};
    return Promise.resolve(
      Response.json({model: {version: 1}, image, detections: [], timing_ms: {total: 1}}),
    );
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** As when the slider has come to rest. */
async function settingsChanged(session: PhotoSession): Promise<void> {
  const following = session.onSettingsChanged();
  await vi.advanceTimersByTimeAsync(1000);
  await following;
}

test('a photo asked for before the threshold was known is asked for again once it is, and then no more', async () => {
  const session = new PhotoSession();
  await session.open(HEIC);
  await settingsChanged(session);
  expect(asked.map(query => query.get('min_score'))).toEqual([null]);

  chooseThreshold(0.4);
  await settingsChanged(session);
  await settingsChanged(session);
  expect(asked.map(query => query.get('min_score'))).toEqual([null, '0.4000']);

  chooseThreshold(0.2);
  await settingsChanged(session);
  expect(asked.at(-1)?.get('min_score')).toBe('0.2000');
});

test('while a photo is being opened the answer on the last one is gone', async () => {
  const session = new PhotoSession();
  await session.open(HEIC);
  expect(session.onServer.value.state).toBe('done');
  const opening = session.open(HEIC);
  expect(session.photo.value).toBeNull();
  expect(session.onServer.value.state).toBe('busy');
  await opening;
  expect(session.onServer.value.state).toBe('done');
});

test('a file that is no photo stays on the phone', async () => {
  const session = new PhotoSession();
  await session.open(new Blob(['a letter']));
  expect(session.onServer.value).toMatchObject({
    state: 'failed',
    message: expect.stringContaining('not a photo') as string,
  });
  expect(asked).toEqual([]);
});
