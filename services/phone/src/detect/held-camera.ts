/** The camera for as long as it is wanted: open while the page is in front, and reopened when its pictures stop. */
import {CameraProblem, closeCamera, openCamera, type Camera, type Facing} from './camera.ts';
import {watchFrames} from './watch-frames.ts';

/** A camera that was paused often goes on by itself when the page comes back. */
const GRACE_MS = 1500;
/** For a question of the browser to be answered, and for browsers that never answer. */
const OPENING_MS = 10_000;
/** A camera that stops again sooner is left to the person. */
const BETWEEN_REOPENINGS_MS = 60_000;

/** Words of the button that starts the camera again. */
export const START_CAMERA = 'Start the camera';

const PAUSED = `The phone has paused the camera. Tap “${START_CAMERA}” to go on, or choose a photo.`;
const ENDED = 'The camera stopped. Start it again, or choose a photo.';
const SILENT = 'The camera gives no picture. Start it again, or choose a photo.';
const NOT_STARTED = 'The camera has not started yet. Allow it if you are asked, or start it again.';

export interface CameraUse {
  /** Another one each time it is opened; null while there is none. */
  readonly onCamera: (camera: Camera | null) => void;
  /** Why there is no picture; null once there is one again. */
  readonly onProblem: (problem: CameraProblem | null) => void;
}

type Phase =
  /** The page is not in front. */
  | 'away'
  | 'opening'
  | 'open'
  /** Nobody is asked again, except by the person. */
  | 'refused'
  /** Taken away, or held by another app: tried again when the page comes back. */
  | 'stopped';

export class HeldCamera {
  readonly #facing: Facing;
  readonly #use: CameraUse;
  readonly #over = new AbortController();
  /** Ends with each opening: what is heard of an earlier camera counts no more. */
  #turn = new AbortController();
  #phase: Phase = 'away';
  #camera: Camera | null = null;
  #hasOpened = false;
  #problem: CameraProblem | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The page has come back, and the camera has some time left to go on by itself. */
  #isReturning = false;
  /** The last time because its frames had stopped. */
  #reopenedAt = -Infinity;

  /** Begins at once, if the page is in front. */
  constructor(facing: Facing, use: CameraUse) {
    this.#facing = facing;
    this.#use = use;
    const {signal} = this.#over;
    // On iOS an installed page may come back with `pageshow` or `focus` only.
    for (const type of ['pageshow', 'focus']) window.addEventListener(type, this.#look, {signal});
    document.addEventListener('resume', this.#look, {signal});
    document.addEventListener('visibilitychange', () => (document.hidden ? this.#leave() : this.#look()), {
      signal,
    });
    window.addEventListener('pagehide', this.#leave, {signal});
    document.addEventListener('freeze', this.#leave, {signal});
    if (!document.hidden) this.#open();
  }

  /** Opens it anew because the person asked: within a tap, since browsers may want one. */
  readonly restart = (): void => {
    this.#open({isAsked: true});
  };

  /** Nothing more is heard of it. */
  letGo(): void {
    this.#over.abort();
    this.#close();
  }

  /** `video` shows it, until the returned function is called: frames that stop are noticed. */
  watch(video: HTMLVideoElement): () => void {
    return watchFrames(video, this.#hearSilence);
  }

  #open({isAsked = false} = {}): void {
    this.#close();
    this.#phase = 'opening';
    const {signal} = this.#turn;
    this.#timer = setTimeout(() => this.#tell(new CameraProblem(NOT_STARTED)), OPENING_MS);
    openCamera(this.#facing).then(
      camera => {
        if (signal.aborted) closeCamera(camera);
        else this.#take(camera);
      },
      (fault: unknown) => {
        if (!(fault instanceof CameraProblem)) throw fault;
        if (signal.aborted) return;
        clearTimeout(this.#timer);
        this.#phase = fault.isRefusal ? 'refused' : 'stopped';
        // A browser that gave the camera before wants a tap for it now.
        const needsTap = fault.isRefusal && this.#hasOpened && !isAsked;
        this.#tell(needsTap ? new CameraProblem(PAUSED) : fault);
      },
    );
  }

  #take(camera: Camera): void {
    this.#phase = 'open';
    this.#camera = camera;
    this.#hasOpened = true;
    const {signal} = this.#turn;
    for (const track of camera.stream.getVideoTracks()) {
      track.addEventListener('mute', () => this.#expectPicture(), {signal});
      track.addEventListener('unmute', () => this.#goOn(), {signal});
      // Unplugged, or taken by the system; not when this page closes it.
      track.addEventListener('ended', () => this.#end(), {signal});
    }
    this.#use.onCamera(camera);
    if (isLive(camera)) this.#goOn();
    else this.#expectPicture();
  }

  #goOn(): void {
    clearTimeout(this.#timer);
    this.#isReturning = false;
    this.#tell(null);
  }

  #end(): void {
    if (this.#isReturning) this.#open();
    else this.#giveUp(ENDED);
  }

  #giveUp(message: string): void {
    this.#close();
    this.#phase = 'stopped';
    this.#tell(new CameraProblem(message));
  }

  /** Any camera and any wait are over. */
  #close(): void {
    clearTimeout(this.#timer);
    this.#turn.abort();
    this.#turn = new AbortController();
    this.#isReturning = false;
    if (!this.#camera) return;
    closeCamera(this.#camera);
    this.#camera = null;
    if (!this.#over.signal.aborted) this.#use.onCamera(null);
  }

  readonly #leave = (): void => {
    this.#close();
    this.#phase = 'away';
    this.#tell(null);
  };

  /** The page is in front, as far as one can tell: maybe it was away. */
  readonly #look = (): void => {
    // `hidden` may be late too.
    if (document.hidden && !document.hasFocus()) return;
    if (this.#phase === 'away' || this.#phase === 'stopped') this.#open();
    if (this.#phase !== 'open' || this.#isReturning) return;
    this.#isReturning = true;
    this.#reopenedAt = -Infinity;
    this.#expectPicture();
  };

  /** Reopens the camera or tells of it, unless it goes on in a moment. */
  #expectPicture(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const isReturning = this.#isReturning;
      this.#isReturning = false;
      if (this.#problem === null && this.#camera && isLive(this.#camera)) return;
      if (isReturning) this.#open();
      else this.#tell(new CameraProblem(PAUSED));
    }, GRACE_MS);
  }

  readonly #hearSilence = (): void => {
    if (this.#phase !== 'open') return;
    const now = performance.now();
    if (now - this.#reopenedAt < BETWEEN_REOPENINGS_MS) {
      this.#giveUp(SILENT);
      return;
    }
    this.#reopenedAt = now;
    this.#open();
  };

  #tell(problem: CameraProblem | null): void {
    if (problem?.message === this.#problem?.message) return;
    this.#problem = problem;
    this.#use.onProblem(problem);
  }
}

function isLive({stream}: Camera): boolean {
  return stream.getVideoTracks().every(({readyState, muted}) => readyState === 'live' && !muted);
}
