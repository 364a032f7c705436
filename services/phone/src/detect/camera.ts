/** The phone's camera. */

export type Facing = 'environment' | 'user';

/** No camera picture; the message says what to do. */
export class CameraProblem extends Error {
  override readonly name = 'CameraProblem';
  readonly isRefusal: boolean;

  /** `isRefusal`: the person or the browser did not allow it. */
  constructor(message: string, isRefusal = false) {
    super(message);
    this.isRefusal = isRefusal;
  }
}

export interface Camera {
  readonly stream: MediaStream;
  /** Shown as in a mirror, as people expect of a camera that looks at them. */
  readonly mirrored: boolean;
}

const REFUSED = 'NotAllowedError';

const SENTENCES: Readonly<Record<string, string>> = {
  [REFUSED]:
    'The camera was refused. Allow it for this page in the settings of the browser, then try again. Or choose a photo.',
  NotFoundError: 'This device has no camera. Choose a photo instead.',
  NotReadableError: 'Another app holds the camera. Close that app, then try again.',
};

/** Whether pages get a camera here: over HTTPS only. Elsewhere the phone's own camera app takes a photo. */
export function pagesGetCamera(): boolean {
  return 'mediaDevices' in navigator;
}

/**
 * Opens the camera that looks to that side, or the only one. Throws CameraProblem.
 *
 * The browser is asked before this returns: within a tap, if it is called in one.
 */
export async function openCamera(facing: Facing): Promise<Camera> {
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
    const name = fault instanceof DOMException ? fault.name : '';
    const sentence = SENTENCES[name] ?? 'The camera does not start. Try again, or choose a photo.';
    throw new CameraProblem(sentence, name === REFUSED);
  }
}

function looksAtPerson(stream: MediaStream, asked: Facing): boolean {
  // Many computers do not say.
  const facing = stream.getVideoTracks()[0]?.getSettings().facingMode;
  return facing === undefined ? asked === 'user' : facing === 'user';
}

export function closeCamera({stream}: Camera): void {
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
