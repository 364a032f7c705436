/** Opens and closes the phone's camera. */

export type Facing = 'environment' | 'user';

/** The camera gives no picture; the message says what to do. */
export class CameraProblem extends Error {
  override readonly name = 'CameraProblem';
  /** The person or the browser denied access. */
  readonly isDenied: boolean;

  constructor(message: string, isDenied = false) {
    super(message);
    this.isDenied = isDenied;
  }
}

export interface Camera {
  readonly stream: MediaStream;
  /** Shown mirrored, as people expect of a front camera. */
  readonly mirrored: boolean;
}

const DENIED = 'NotAllowedError';

const MESSAGES: Readonly<Record<string, string>> = {
  [DENIED]:
    'The camera was refused. Allow it for this page in the settings of the browser, then try again. Or choose a photo.',
  NotFoundError: 'This device has no camera. Choose a photo instead.',
  NotReadableError: 'Another app holds the camera. Close that app, then try again.',
};

/** Whether pages can use the camera: only over HTTPS. Otherwise the phone's camera app takes a photo. */
export function canUseCamera(): boolean {
  return 'mediaDevices' in navigator;
}

/**
 * Opens the camera that faces this way, or the only one. Throws CameraProblem.
 *
 * Requests the camera synchronously, so that a call within a tap counts as a user gesture.
 */
export async function openCamera(facing: Facing): Promise<Camera> {
  if (!canUseCamera()) {
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
    return {stream, mirrored: facesUser(stream, facing)};
  } catch (fault) {
    const name = fault instanceof DOMException ? fault.name : '';
    const sentence = MESSAGES[name] ?? 'The camera does not start. Try again, or choose a photo.';
    throw new CameraProblem(sentence, name === DENIED);
  }
}

function facesUser(stream: MediaStream, asked: Facing): boolean {
  // Many computers do not report it.
  const facing = stream.getVideoTracks()[0]?.getSettings().facingMode;
  return facing === undefined ? asked === 'user' : facing === 'user';
}

export function closeCamera({stream}: Camera): void {
  for (const track of stream.getTracks()) track.stop();
}

/** Whether access was granted before, so that the camera opens without a prompt. */
export async function isCameraAllowed(): Promise<boolean> {
  try {
    return (await navigator.permissions.query({name: 'camera'})).state === 'granted';
  } catch {
    return false; // not every browser answers this query
  }
}

/** Whether there is a second camera to switch to. */
export async function hasTwoCameras(): Promise<boolean> {
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  return devices.filter(({kind}) => kind === 'videoinput').length > 1;
}
