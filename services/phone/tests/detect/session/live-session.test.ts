import {afterEach, beforeEach, expect, test, vi} from 'vitest';

import {LiveSession} from '../../../src/detect/session/live-session.ts';
import {keyQuestion} from '../../../src/gateway/api-key.ts';

const ANSWER = {
  model: {name: 'detector', version: 1, channel: 'stable'},
  image: {width: 4, height: 3},
  detections: [],
  timing_ms: {total: 1},
};
const video = {
  requestVideoFrameCallback: (changed: () => void) => setTimeout(changed, 10),
} as unknown as HTMLVideoElement;

/** After a fault, with room to spare. */
const PAUSE_MS = 2000;

let stop: AbortController;
let session: LiveSession;
/** What a frame becomes as a JPEG file; null where the browser cannot write one. */
let encodedFrame: Blob | null;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('reportError', () => undefined);
  stop = new AbortController();
  session = new LiveSession();
  encodedFrame = new Blob(['frame']);
  vi.stubGlobal('isSecureContext', false); // so that the server answers
  vi.stubGlobal('createImageBitmap', () => Promise.resolve({width: 4, height: 3, close: () => undefined}));
  const context = {fillRect: () => undefined, drawImage: () => undefined};
  const canvas = {
    getContext: () => context,
    toBlob: (done: (blob: Blob | null) => void) => done(encodedFrame),
  };
  vi.stubGlobal('document', {baseURI: 'http://phones.test/', createElement: () => canvas});
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json(ANSWER)));
});

afterEach(() => {
  stop.abort();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a frame that cannot be written is told, and the next one is answered', async () => {
  encodedFrame = null;
  void session.run(video, stop.signal);
  await vi.waitFor(() => expect(session.onServer.value.state).toBe('failed'));
  expect(session.onServer.value).toMatchObject({
    message: expect.stringContaining('could not write') as string,
  });

  encodedFrame = new Blob(['frame']);
  await vi.advanceTimersByTimeAsync(PAUSE_MS);
  await vi.waitFor(() => expect(session.onServer.value.state).toBe('done'));
});

test('a frame that cannot be taken from the camera is told, and the next one is answered', async () => {
  const taken = createImageBitmap;
  vi.stubGlobal('createImageBitmap', () => Promise.reject(new DOMException('no memory', 'DataError')));
  void session.run(video, stop.signal);
  await vi.waitFor(() => expect(session.onServer.value.state).toBe('failed'));
  expect(session.onPhone.value.state).toBe('idle');

  vi.stubGlobal('createImageBitmap', taken);
  await vi.advanceTimersByTimeAsync(PAUSE_MS);
  await vi.waitFor(() => expect(session.onServer.value.state).toBe('done'));
});

test('a key that the person does not give is asked for once, and again when somebody tries again', async () => {
  const problem = {code: 'unauthenticated', detail: 'A key is needed.'};
  const asked = vi.fn(() => Promise.resolve(Response.json(problem, {status: 401})));
  vi.stubGlobal('fetch', asked);
  void session.run(video, stop.signal);
  await vi.waitFor(() => expect(keyQuestion.value).not.toBeNull());
  keyQuestion.value?.answer(null);
  await vi.waitFor(() => expect(session.onServer.value).toMatchObject({message: problem.detail}));

  await vi.advanceTimersByTimeAsync(PAUSE_MS);
  await vi.waitFor(() => expect(asked.mock.calls.length).toBeGreaterThan(1));
  expect(keyQuestion.value).toBeNull();

  session.retry();
  await vi.advanceTimersByTimeAsync(PAUSE_MS);
  await vi.waitFor(() => expect(keyQuestion.value).not.toBeNull());
  keyQuestion.value?.answer(null);
});
