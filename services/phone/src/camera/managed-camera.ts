/** A camera that is open while the page is in the foreground, and reopened when its frames stop. */
import {CameraProblem, closeCamera, openCamera, type Camera, type Facing} from './camera.ts';
import {watchFrames} from './frame-watchdog.ts';

/** A paused camera often resumes by itself when the page returns to the foreground. */
const RESUME_GRACE_MS = 1500;
/** Long enough to answer a permission prompt; some browsers never settle the request. */
const OPENING_TIMEOUT_MS = 10_000;
/** If the frames stop again within this time, the camera is not reopened automatically. */
const MIN_REOPEN_INTERVAL_MS = 60_000;

/** Text of the button that restarts the camera. */
export const START_CAMERA = 'Start the camera';

const PAUSED = `The phone has paused the camera. Tap “${START_CAMERA}” to go on, or choose a photo.`;
const ENDED = 'The camera stopped. Start it again, or choose a photo.';
const SILENT = 'The camera gives no picture. Start it again, or choose a photo.';
const NOT_STARTED = 'The camera has not started yet. Allow it if you are asked, or start it again.';

export interface CameraListener {
  /** Called with a new camera each time it is opened, and with null when it is closed. */
  readonly onCamera: (camera: Camera | null) => void;
  /** Why there is no picture; null once there is one. */
  readonly onProblem: (problem: CameraProblem | null) => void;
}

type Phase =
  /** The page is in the background. */
  | 'away'
  | 'opening'
  | 'open'
  /** Access was denied: only the person can try again. */
  | 'denied'
  /** Disconnected, or in use by another app: tried again when the page returns to the foreground. */
  | 'stopped';

export class ManagedCamera {
  readonly #facing: Facing;
  readonly #listener: CameraListener;
  readonly #released = new AbortController();
  /** Aborted on close, so that events of an earlier camera are ignored. */
  #session = new AbortController();
  #phase: Phase = 'away';
  #camera: Camera | null = null;
  #hasOpened = false;
  #problem: CameraProblem | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The page has just returned to the foreground, and the camera may still resume by itself. */
  #isReturning = false;
  /** When it was last reopened because its frames had stopped. */
  #reopenedAt = -Infinity;

  /** Opens the camera at once if the page is in the foreground. */
  constructor(facing: Facing, listener: CameraListener) {
    this.#facing = facing;
    this.#listener = listener;
    const {signal} = this.#released;
    // On iOS an installed page may only get `pageshow` or `focus` when it returns.
    for (const type of ['pageshow', 'focus']) window.addEventListener(type, this.#onForeground, {signal});
    document.addEventListener('resume', this.#onForeground, {signal});
    document.addEventListener(
      'visibilitychange',
      () => (document.hidden ? this.#onBackground() : this.#onForeground()),
      {
        signal,
      },
    );
    window.addEventListener('pagehide', this.#onBackground, {signal});
    document.addEventListener('freeze', this.#onBackground, {signal});
    if (!document.hidden) this.#open();
  }

  /** Reopens the camera at the person's request; call it within a tap, as browsers may require a user gesture. */
  readonly restart = (): void => {
    this.#open({byPerson: true});
  };

  /** Closes the camera for good; the listener is not called any more. */
  release(): void {
    this.#released.abort();
    this.#close();
  }

  /** Watches the frames in `video`, which shows the camera, until the returned function is called. */
  watch(video: HTMLVideoElement): () => void {
    return watchFrames(video, this.#onStall);
  }

  #open({byPerson = false} = {}): void {
    this.#close();
    this.#phase = 'opening';
    const {signal} = this.#session;
    this.#timer = setTimeout(() => this.#report(new CameraProblem(NOT_STARTED)), OPENING_TIMEOUT_MS);
    openCamera(this.#facing).then(
      camera => {
        if (signal.aborted) closeCamera(camera);
        else this.#use(camera);
      },
      (fault: unknown) => {
        if (!(fault instanceof CameraProblem)) throw fault;
        if (signal.aborted) return;
        clearTimeout(this.#timer);
        this.#phase = fault.isDenied ? 'denied' : 'stopped';
        // A browser that granted access before now requires a user gesture.
        const needsTap = fault.isDenied && this.#hasOpened && !byPerson;
        this.#report(needsTap ? new CameraProblem(PAUSED) : fault);
      },
    );
  }

  #use(camera: Camera): void {
    this.#phase = 'open';
    this.#camera = camera;
    this.#hasOpened = true;
    const {signal} = this.#session;
    for (const track of camera.stream.getVideoTracks()) {
      track.addEventListener('mute', () => this.#awaitPicture(), {signal});
      track.addEventListener('unmute', () => this.#onPicture(), {signal});
      // Unplugged, or taken by the system; not fired when this page closes it.
      track.addEventListener('ended', () => this.#onEnded(), {signal});
    }
    this.#listener.onCamera(camera);
    if (isLive(camera)) this.#onPicture();
    else this.#awaitPicture();
  }

  #onPicture(): void {
    clearTimeout(this.#timer);
    this.#isReturning = false;
    this.#report(null);
  }

  #onEnded(): void {
    if (this.#isReturning) this.#open();
    else this.#stop(ENDED);
  }

  #stop(message: string): void {
    this.#close();
    this.#phase = 'stopped';
    this.#report(new CameraProblem(message));
  }

  /** Closes any camera and cancels any timer. */
  #close(): void {
    clearTimeout(this.#timer);
    this.#session.abort();
    this.#session = new AbortController();
    this.#isReturning = false;
    if (!this.#camera) return;
    closeCamera(this.#camera);
    this.#camera = null;
    if (!this.#released.signal.aborted) this.#listener.onCamera(null);
  }

  readonly #onBackground = (): void => {
    this.#close();
    this.#phase = 'away';
    this.#report(null);
  };

  /** The page may have returned to the foreground. */
  readonly #onForeground = (): void => {
    // `document.hidden` may not be up to date yet.
    if (document.hidden && !document.hasFocus()) return;
    if (this.#phase === 'away' || this.#phase === 'stopped') this.#open();
    if (this.#phase !== 'open' || this.#isReturning) return;
    this.#isReturning = true;
    this.#reopenedAt = -Infinity;
    this.#awaitPicture();
  };

  /** Reopens the camera or reports a problem, unless a picture arrives shortly. */
  #awaitPicture(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const isReturning = this.#isReturning;
      this.#isReturning = false;
      if (this.#problem === null && this.#camera && isLive(this.#camera)) return;
      if (isReturning) this.#open();
      else this.#report(new CameraProblem(PAUSED));
    }, RESUME_GRACE_MS);
  }

  readonly #onStall = (): void => {
    if (this.#phase !== 'open') return;
    const now = performance.now();
    if (now - this.#reopenedAt < MIN_REOPEN_INTERVAL_MS) {
      this.#stop(SILENT);
      return;
    }
    this.#reopenedAt = now;
    this.#open();
  };

  #report(problem: CameraProblem | null): void {
    if (problem?.message === this.#problem?.message) return;
    this.#problem = problem;
    this.#listener.onProblem(problem);
  }
}

function isLive({stream}: Camera): boolean {
  return stream.getVideoTracks().every(({readyState, muted}) => readyState === 'live' && !muted);
}
