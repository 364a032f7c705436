/** The phone's camera. */

export type Facing = 'environment' | 'user';

/** No camera picture; the message says what to do. */
export class CameraProblem extends Error {
  override readonly name = 'CameraProblem';
}

export interface Camera {
  readonly stream: MediaStream;
  /** Shown as in a mirror, as people expect of a camera that looks at them. */
  readonly mirrored: boolean;
}

const SENTENCES: Readonly<Record<string, string>> = {
  NotAllowedError:
    'The camera was refused. Allow it for this page in the settings of the browser, then try again. Or choose a photo.',
  NotFoundError: 'This device has no camera. Choose a photo instead.',
  NotReadableError: 'Another app holds the camera. Close that app, then try again.',
};

const ENDED = 'The camera stopped. Try again, or choose a photo.';

/** Whether pages get a camera here: over HTTPS only. Elsewhere the phone's own camera app takes a photo. */
export function pagesGetCamera(): boolean {
  return 'mediaDevices' in navigator;
}

/** Opens the camera that looks to that side, or the only one. Throws CameraProblem. */
async function openCamera(facing: Facing): Promise<Camera> {
  if (!pagesGetCamera()) {
    throw new CameraProblem(
      isSecureContext
        ? 'This browser has no camera for pages. Choose a photo instead.'
        : 'The camera needs HTTPS. Choose a photo instead.',
    );
  }
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: {facingMode: {ideal: facing}, width: {ideal: 1280}, height: {ideal: 720}},
    });
    return {stream, mirrored: looksAtPerson(stream, facing)};
  } catch (fault) {
    const sentence = fault instanceof DOMException ? SENTENCES[fault.name] : undefined;
    throw new CameraProblem(sentence ?? 'The camera does not start. Try again, or choose a photo.');
  }
}

export interface CameraUse {
  readonly onOpened: (camera: Camera) => void;
  readonly onProblem: (problem: CameraProblem) => void;
}

/** Opens the camera until the returned function is called; from then on nothing more is heard of it. */
export function heldCamera(facing: Facing, {onOpened, onProblem}: CameraUse): () => void {
  let camera: Camera | null = null;
  let isOver = false;
  openCamera(facing).then(
    opened => {
      if (isOver) {
        closeCamera(opened);
        return;
      }
      camera = opened;
      for (const track of opened.stream.getTracks()) {
        // Unplugged, or taken by the system; not when this page closes it.
        track.addEventListener('ended', () => onProblem(new CameraProblem(ENDED)), {once: true});
      }
      onOpened(opened);
    },
    (fault: unknown) => {
      if (!(fault instanceof CameraProblem)) throw fault;
      if (!isOver) onProblem(fault);
    },
  );
  return () => {
    isOver = true;
    if (camera) closeCamera(camera);
  };
}

function looksAtPerson(stream: MediaStream, asked: Facing): boolean {
  // Many computers do not say.
  const facing = stream.getVideoTracks()[0]?.getSettings().facingMode;
  return facing === undefined ? asked === 'user' : facing === 'user';
}

function closeCamera({stream}: Camera): void {
  for (const track of stream.getTracks()) track.stop();
}

/** Whether the camera opens without a question, because somebody allowed it before. */
export async function cameraIsAllowed(): Promise<boolean> {
  try {
    return (await navigator.permissions.query({name: 'camera'})).state === 'granted';
  } catch {
    return false; // browsers that do not tell
  }
}

/** Whether there is another camera to change to. */
export async function hasTwoCameras(): Promise<boolean> {
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  return devices.filter(({kind}) => kind === 'videoinput').length > 1;
}
