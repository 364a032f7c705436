/** Notices that a camera's frames stop, whatever the browser says of the camera. */

/** Cameras give several frames a second, in the dark too. */
const SILENT_S = 5;

/** `onSilence` hears of some seconds without a frame, until the returned function is called. */
export function watchFrames(video: HTMLVideoElement, onSilence: () => void): () => void {
  if (!('requestVideoFrameCallback' in video)) return () => undefined; // not in every browser
  // Seconds are counted, not measured: a page that stood still itself did not wait for frames.
  let silentS = 0;
  let request = 0;
  const awaitFrame = () => {
    request = video.requestVideoFrameCallback(() => {
      silentS = 0;
      awaitFrame();
    });
  };
  awaitFrame();
  const timer = setInterval(() => {
    // Browsers need not draw what nobody sees.
    silentS = isOnScreen(video) ? silentS + 1 : 0;
    if (silentS === SILENT_S) onSilence();
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
