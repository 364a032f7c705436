import {afterEach, expect, test, vi} from 'vitest';

import {heldCamera} from '../../src/detect/camera.ts';

afterEach(() => void vi.unstubAllGlobals());

/** A camera that answers when `settled` says so, with a stream or a refusal. */
function slowCamera(settled: Promise<MediaStream>): void {
  vi.stubGlobal('navigator', {mediaDevices: {getUserMedia: () => settled}});
}

function stream(stop: () => void): MediaStream {
  const track = Object.assign(new EventTarget(), {stop, getSettings: () => ({facingMode: 'environment'})});
  return {getTracks: () => [track], getVideoTracks: () => [track]} as unknown as MediaStream;
}

function listeners() {
  return {onOpened: vi.fn(), onProblem: vi.fn()};
}

const later = () => new Promise(resolve => setTimeout(resolve));

test('a refusal that comes when the camera is wanted no more is not told', async () => {
  slowCamera(Promise.reject(new DOMException('', 'NotAllowedError')));
  const [stays, leaves] = [listeners(), listeners()];
  heldCamera('environment', stays);
  heldCamera('environment', leaves)();
  await later();
  expect(stays.onProblem).toHaveBeenCalledOnce();
  expect(leaves.onProblem).not.toHaveBeenCalled();
});

test('a camera that opens when it is wanted no more is closed at once, another one when it is let go', async () => {
  const stop = vi.fn();
  slowCamera(Promise.resolve(stream(stop)));
  const [stays, leaves] = [listeners(), listeners()];
  const letGo = heldCamera('environment', stays);
  heldCamera('environment', leaves)();
  await later();
  expect(leaves.onOpened).not.toHaveBeenCalled();
  expect(stays.onOpened).toHaveBeenCalledOnce();
  expect(stop).toHaveBeenCalledTimes(1);
  letGo();
  expect(stop).toHaveBeenCalledTimes(2);
});

test('a camera that stops by itself is told as long as it is wanted', async () => {
  const opened = stream(() => undefined);
  slowCamera(Promise.resolve(opened));
  const listening = listeners();
  heldCamera('environment', listening);
  await later();
  expect(listening.onProblem).not.toHaveBeenCalled();
  opened.getTracks()[0]?.dispatchEvent(new Event('ended'));
  expect(listening.onProblem).toHaveBeenCalledOnce();
});
