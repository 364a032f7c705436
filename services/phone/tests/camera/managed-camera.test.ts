import {afterEach, beforeEach, expect, test, vi} from 'vitest';

import {ManagedCamera} from '../../src/camera/managed-camera.ts';

/** For a camera to go on by itself, with room to spare. */
const GRACE_MS = 2000;
const SILENCE_MS = 7000;

class FakeTrack extends EventTarget {
  muted = false;
  readyState = 'live';
  readonly stop = vi.fn(() => (this.readyState = 'ended'));
  readonly getSettings = () => ({facingMode: 'environment'});

  /** As the system does it. */
  setMuted(muted: boolean): void {
    this.muted = muted;
    this.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
  }

  end(): void {
    this.readyState = 'ended';
    this.dispatchEvent(new Event('ended'));
  }
}

let page: EventTarget;
let shown: EventTarget & {hidden: boolean; hasFocus: () => boolean};
/** One for each time that the camera is opened. */
let tracks: FakeTrack[];
let nextTrack: () => Promise<FakeTrack>;
let held: ManagedCamera;
const asked = vi.fn();
const onCamera = vi.fn();
const onProblem = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  page = new EventTarget();
  shown = Object.assign(new EventTarget(), {hidden: false, hasFocus: () => true});
  tracks = [];
  nextTrack = () => Promise.resolve(new FakeTrack());
  const getUserMedia = async () => {
    asked();
    const track = await nextTrack();
    tracks.push(track);
    return {getTracks: () => [track], getVideoTracks: () => [track]};
  };
  vi.stubGlobal('navigator', {mediaDevices: {getUserMedia}});
  vi.stubGlobal('window', page);
  vi.stubGlobal('document', shown);
  vi.stubGlobal('innerHeight', 800);
});

afterEach(() => {
  held.release();
  vi.resetAllMocks();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function hold(): Promise<void> {
  held = new ManagedCamera('environment', {onCamera, onProblem});
  await settled();
}

const settled = () => vi.advanceTimersByTimeAsync(0);
const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const refused = () => Promise.reject<FakeTrack>(new DOMException('', 'NotAllowedError'));
const live = () => tracks.filter(({readyState}) => readyState === 'live');

/** What the page says last. */
function problem(): string | undefined {
  const [told] = (onProblem.mock.lastCall ?? []) as [{message: string} | null | undefined];
  return told?.message;
}

function hide(hidden: boolean): void {
  shown.hidden = hidden;
  shown.dispatchEvent(new Event('visibilitychange'));
}

/** As a browser shows it; `frame` shows the next one. */
function fakeVideo(top = 0) {
  let waiting: (() => void) | undefined;
  const video = {
    requestVideoFrameCallback: (shown: () => void) => {
      waiting = shown;
      return 1;
    },
    cancelVideoFrameCallback: () => (waiting = undefined),
    getBoundingClientRect: () => ({top, bottom: top + 300}),
  };
  return {video: video as unknown as HTMLVideoElement, frame: () => waiting?.()};
}

test('a refusal that comes when the camera is wanted no more is not told', async () => {
  nextTrack = refused;
  held = new ManagedCamera('environment', {onCamera, onProblem});
  held.release();
  await settled();
  expect(onProblem).not.toHaveBeenCalled();
  await hold();
  expect(problem()).toContain('was refused');
});

test('a camera that opens when it is wanted no more is closed at once', async () => {
  held = new ManagedCamera('environment', {onCamera, onProblem});
  held.release();
  await settled();
  expect(onCamera).not.toHaveBeenCalled();
  expect(tracks).toHaveLength(1);
  expect(live()).toEqual([]);
});

test('a camera that is let go is closed, and nothing opens it again', async () => {
  await hold();
  held.release();
  expect(live()).toEqual([]);
  tracks[0]?.setMuted(true);
  page.dispatchEvent(new Event('pageshow'));
  hide(true);
  hide(false);
  await wait(GRACE_MS);
  expect(asked).toHaveBeenCalledOnce();
  expect(onProblem).not.toHaveBeenCalled();
});

test('a camera that stops by itself is told as long as it is wanted', async () => {
  await hold();
  expect(onProblem).not.toHaveBeenCalled();
  tracks[0]?.end();
  expect(problem()).toContain('The camera stopped');
  expect(onCamera).toHaveBeenLastCalledWith(null);
  expect(asked).toHaveBeenCalledOnce();
});

test.each(['pageshow', 'focus'])('a muted camera is opened anew on %s alone', async type => {
  await hold();
  tracks[0]?.setMuted(true);
  page.dispatchEvent(new Event(type));
  await wait(GRACE_MS);
  expect(asked).toHaveBeenCalledTimes(2);
  expect(live()).toEqual([tracks[1]]);
  expect(onProblem).not.toHaveBeenCalled();
});

test.each(['visibilitychange', 'resume'])('a muted camera is opened anew on %s', async type => {
  await hold();
  tracks[0]?.setMuted(true);
  shown.dispatchEvent(new Event(type));
  await wait(GRACE_MS);
  expect(live()).toEqual([tracks[1]]);
});

test('a track that says nothing of being muted is looked at when the page comes back', async () => {
  await hold();
  tracks[0]!.muted = true;
  page.dispatchEvent(new Event('pageshow'));
  await wait(GRACE_MS);
  expect(live()).toEqual([tracks[1]]);
});

test('a camera that goes on by itself is left alone', async () => {
  await hold();
  tracks[0]?.setMuted(true);
  page.dispatchEvent(new Event('pageshow'));
  await wait(500);
  tracks[0]?.setMuted(false);
  await wait(GRACE_MS);
  page.dispatchEvent(new Event('focus'));
  await wait(GRACE_MS);
  expect(asked).toHaveBeenCalledOnce();
  expect(onProblem).not.toHaveBeenCalled();
});

test('several events of one return open the camera once', async () => {
  await hold();
  let give: (track: FakeTrack) => void = () => undefined;
  nextTrack = () => new Promise(resolve => (give = resolve));
  tracks[0]?.setMuted(true);
  for (let second = 0; second < 5; second++) {
    page.dispatchEvent(new Event('pageshow'));
    page.dispatchEvent(new Event('focus'));
    await wait(1000);
  }
  give(new FakeTrack());
  await settled();
  expect(asked).toHaveBeenCalledTimes(2);
});

test('a camera that ends while the page comes back is opened anew at once, one that ended before too', async () => {
  await hold();
  page.dispatchEvent(new Event('pageshow'));
  tracks[0]?.end();
  await settled();
  expect(live()).toEqual([tracks[1]]);
  tracks[1]?.end();
  page.dispatchEvent(new Event('focus'));
  await settled();
  expect(live()).toEqual([tracks[2]]);
  expect(problem()).toBeUndefined();
});

test('a camera that is muted in front of the person is told, not opened anew, and the word goes with it', async () => {
  await hold();
  tracks[0]?.setMuted(true);
  await wait(GRACE_MS);
  expect(problem()).toContain('has paused the camera');
  expect(asked).toHaveBeenCalledOnce();
  tracks[0]?.setMuted(false);
  expect(problem()).toBeUndefined();
});

test('a camera that stays muted when it was opened anew is told, and a tap opens it within itself', async () => {
  await hold();
  nextTrack = () => Promise.resolve(Object.assign(new FakeTrack(), {muted: true}));
  tracks[0]?.setMuted(true);
  page.dispatchEvent(new Event('pageshow'));
  await wait(2 * GRACE_MS);
  expect(problem()).toContain('has paused the camera');
  expect(asked).toHaveBeenCalledTimes(2);

  nextTrack = () => Promise.resolve(new FakeTrack());
  held.restart();
  expect(asked).toHaveBeenCalledTimes(3); // before anything else has run
  await settled();
  expect(problem()).toBeUndefined();
  expect(live()).toEqual([tracks[2]]);
});

test('a browser that wants a tap for the camera now is not said to have refused it, nor asked again', async () => {
  await hold();
  nextTrack = refused;
  tracks[0]?.setMuted(true);
  page.dispatchEvent(new Event('pageshow'));
  await wait(GRACE_MS);
  expect(problem()).toContain('Tap “Start the camera”');
  page.dispatchEvent(new Event('focus'));
  await wait(GRACE_MS);
  expect(asked).toHaveBeenCalledTimes(2);
  held.restart();
  await settled();
  expect(problem()).toContain('was refused');
});

test('a camera that another app held is tried again when the page comes back', async () => {
  nextTrack = () => Promise.reject(new DOMException('', 'NotReadableError'));
  await hold();
  expect(problem()).toContain('Another app');
  nextTrack = () => Promise.resolve(new FakeTrack());
  page.dispatchEvent(new Event('focus'));
  await settled();
  expect(problem()).toBeUndefined();
  expect(live()).toHaveLength(1);
});

test('a browser that never answers is told, and what it gives after another try is closed', async () => {
  let give: (track: FakeTrack) => void = () => undefined;
  nextTrack = () => new Promise(resolve => (give = resolve));
  await hold();
  await wait(15_000);
  expect(problem()).toContain('has not started yet');
  nextTrack = () => Promise.resolve(new FakeTrack());
  held.restart();
  await settled();
  expect(problem()).toBeUndefined();
  give(new FakeTrack());
  await settled();
  expect(tracks).toHaveLength(2);
  expect(live()).toEqual([tracks[0]]);
  expect(onCamera).toHaveBeenCalledOnce();
});

test('the camera is closed while the page is away, and opens when it is shown again', async () => {
  await hold();
  hide(true);
  expect(live()).toEqual([]);
  expect(onCamera).toHaveBeenLastCalledWith(null);
  hide(false);
  await settled();
  expect(live()).toEqual([tracks[1]]);
});

test.each([
  ['kept', () => page, 'pagehide', 'pageshow'],
  ['frozen', () => shown, 'freeze', 'resume'],
])(
  'a page that was %s by the browser and comes back opens the camera anew',
  async (_, on, leaves, returns) => {
    await hold();
    on().dispatchEvent(new Event(leaves));
    expect(live()).toEqual([]);
    on().dispatchEvent(new Event(returns));
    await settled();
    expect(live()).toEqual([tracks[1]]);
  },
);

test('a page that has the focus is in front, even if the browser still calls it hidden', async () => {
  await hold();
  hide(true);
  page.dispatchEvent(new Event('focus'));
  await settled();
  expect(live()).toEqual([tracks[1]]);
});

test('a page that is loaded in the background opens no camera', async () => {
  Object.assign(shown, {hidden: true, hasFocus: () => false});
  await hold();
  page.dispatchEvent(new Event('pageshow'));
  await settled();
  expect(asked).not.toHaveBeenCalled();
});

test('frames that stop have the camera opened anew once, then they are told', async () => {
  await hold();
  const {video, frame} = fakeVideo();
  let unwatch = held.watch(video);
  for (let second = 0; second < 20; second++) {
    frame();
    await wait(1000);
  }
  expect(asked).toHaveBeenCalledOnce();
  await wait(SILENCE_MS);
  expect(live()).toEqual([tracks[1]]);
  expect(problem()).toBeUndefined();

  unwatch();
  unwatch = held.watch(video);
  await wait(SILENCE_MS);
  expect(problem()).toContain('gives no picture');
  expect(live()).toEqual([]);
  unwatch();
  page.dispatchEvent(new Event('focus'));
  await settled();
  expect(live()).toEqual([tracks[2]]);
  expect(problem()).toBeUndefined();
});

test('frames that stop again after the page was away have the camera opened anew again', async () => {
  await hold();
  let unwatch = held.watch(fakeVideo().video);
  await wait(SILENCE_MS);
  unwatch();
  page.dispatchEvent(new Event('focus'));
  unwatch = held.watch(fakeVideo().video);
  await wait(SILENCE_MS);
  unwatch();
  expect(problem()).toBeUndefined();
  expect(live()).toEqual([tracks[2]]);
});

test('a picture that is scrolled away is not missed, nor one that is shown no more', async () => {
  await hold();
  const unwatch = held.watch(fakeVideo(-400).video);
  await wait(2 * SILENCE_MS);
  unwatch();
  held.watch(fakeVideo().video)();
  await wait(2 * SILENCE_MS);
  expect(asked).toHaveBeenCalledOnce();
});
