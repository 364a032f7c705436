/** Detects that a camera stopped delivering frames, even if the browser reports it as live. */

/** Seconds without a frame: cameras deliver several frames per second, even in the dark. */
const STALLED_AFTER_S = 5;

/** Calls `onStall` after some seconds without a frame, until the returned function is called. */
export function watchFrames(video: HTMLVideoElement, onStall: () => void): () => void {
  if (!('requestVideoFrameCallback' in video)) return () => undefined; // not in every browser
  // Timer ticks are counted rather than time measured: a suspended page was not waiting for frames.
  let secondsWithoutFrame = 0;
  let request = 0;
  const awaitFrame = () => {
    request = video.requestVideoFrameCallback(() => {
      secondsWithoutFrame = 0;
      awaitFrame();
    });
  };
  awaitFrame();
  const timer = setInterval(() => {
    // Browsers may not render a video that is scrolled out of view.
    secondsWithoutFrame = isOnScreen(video) ? secondsWithoutFrame + 1 : 0;
    if (secondsWithoutFrame === STALLED_AFTER_S) onStall();
  }, 1000);
  return () => {
    clearInterval(timer);
    video.cancelVideoFrameCallback(request);
  };
}

function isOnScreen(video: HTMLVideoElement): boolean {
  const {top, bottom} = video.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}
