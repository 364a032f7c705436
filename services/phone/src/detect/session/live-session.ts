/** Runs detection on camera frames, one after the other. */
import {signal} from '@preact/signals';

import {GatewayProblem} from '../../gateway/problem.ts';
import {phoneModel} from '../../model/shared-model.ts';
import {encodeJpeg, scaledDown} from '../../vision/photo.ts';
import {BUSY, failed, IDLE, phoneAnswer, serverAnswer, type Answer, type Result} from './result.ts';
import {usesPhone, usesServer} from './settings.ts';

/** Longest side in pixels of a frame sent to the server: twice the input side of the network (320). */
const MAX_FRAME_SIDE = 640;
const RETRY_DELAY_MS = 1500;

export class LiveSession {
  readonly onPhone = signal<Result>(IDLE);
  readonly onServer = signal<Result>(IDLE);
  /** Frames per second. */
  readonly frameRate = signal<number | null>(null);
  /** The frame of the last results in mode Both; null in other modes, which show the live picture. */
  readonly frame = signal<ImageBitmap | null>(null);
  /** The server requires a key and the person gave none: it is asked for once per run, not with every frame. */
  readonly keyIsMissing = signal(false);

  /** Runs until `stop` aborts. */
  async run(video: HTMLVideoElement, stop: AbortSignal): Promise<void> {
    const meter = new FrameRateMeter();
    if (usesPhone.value) void phoneModel.start();
    for (;;) {
      const answered = await this.#processNextFrame(video, stop);
      if (stop.aborted) break;
      if (answered) this.frameRate.value = meter.tick(performance.now());
      else await pause(RETRY_DELAY_MS, stop);
    }
    this.#reset();
  }

  /** Ask for the key again. */
  retry(): void {
    this.keyIsMissing.value = false;
  }

  /** Whether there was a frame and all sides in use answered. */
  async #processNextFrame(video: HTMLVideoElement, stop: AbortSignal): Promise<boolean> {
    try {
      const frame = await nextFrame(video, stop);
      return frame !== null && (await this.#detect(frame, stop));
    } catch (fault) {
      if (stop.aborted) return false;
      const result = failed(fault);
      this.onPhone.value = usesPhone.value ? result : IDLE;
      this.onServer.value = usesServer.value ? result : IDLE;
      return false;
    }
  }

  /** Whether all sides in use answered. */
  async #detect(frame: ImageBitmap, stop: AbortSignal): Promise<boolean> {
    const isBoth = usesPhone.value && usesServer.value;
    const [onPhone, onServer] = await Promise.all([
      usesPhone.value ? this.#askPhone(frame, isBoth) : IDLE,
      usesServer.value ? this.#askServer(frame, stop, isBoth) : IDLE,
    ]);
    if (stop.aborted) {
      frame.close();
      return false;
    }
    this.onPhone.value = onPhone;
    this.onServer.value = onServer;
    this.#show(isBoth ? frame : null);
    if (!isBoth) frame.close();
    return (!usesPhone.value || onPhone.state === 'done') && (!usesServer.value || onServer.state === 'done');
  }

  /** Takes ownership of `frame` unless it is shown afterwards. */
  async #askPhone(frame: ImageBitmap, isShown: boolean): Promise<Result> {
    const {state} = phoneModel.state.value;
    if (state === 'none' || state === 'failed') return IDLE; // the model panel says why
    if (state !== 'ready') return BUSY;
    return resultOf(async () => phoneAnswer(isShown ? await createImageBitmap(frame) : frame));
  }

  async #askServer(frame: ImageBitmap, stop: AbortSignal, stable: boolean): Promise<Result> {
    const asksForKey = !this.keyIsMissing.value;
    return resultOf(async () => {
      const photo = await encodeJpeg(frame, scaledDown(frame, MAX_FRAME_SIDE));
      return this.#noteMissingKey(serverAnswer(photo, {signal: stop, stable, asksForKey}));
    });
  }

  async #noteMissingKey(answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer;
    } catch (fault) {
      if (fault instanceof GatewayProblem && fault.code === 'unauthenticated') this.keyIsMissing.value = true;
      throw fault;
    }
  }

  #show(frame: ImageBitmap | null): void {
    const last = this.frame.value;
    this.frame.value = frame;
    last?.close();
  }

  #reset(): void {
    this.#show(null);
    this.onPhone.value = IDLE;
    this.onServer.value = IDLE;
    this.frameRate.value = null;
    this.keyIsMissing.value = false;
  }
}

async function resultOf(work: () => Promise<Answer>): Promise<Result> {
  try {
    return {state: 'done', answer: await work()};
  } catch (fault) {
    if (fault instanceof DOMException && fault.name === 'AbortError') return IDLE;
    return failed(fault);
  }
}

/** The next new frame; null once stopped. Pauses while the page is in the background. */
async function nextFrame(video: HTMLVideoElement, stop: AbortSignal): Promise<ImageBitmap | null> {
  while (await frameArrived(video, stop)) {
    try {
      return await createImageBitmap(video);
    } catch (fault) {
      // The frames of a camera that is starting or being rotated cannot be read yet.
      if (!(fault instanceof DOMException && fault.name === 'InvalidStateError')) throw fault;
    }
  }
  return null;
}

/** False once stopped. */
function frameArrived(video: HTMLVideoElement, stop: AbortSignal): Promise<boolean> {
  return new Promise(resolve => {
    if (stop.aborted) {
      resolve(false);
      return;
    }
    const stopped = () => resolve(false);
    const changed = () => {
      stop.removeEventListener('abort', stopped);
      resolve(true);
    };
    stop.addEventListener('abort', stopped, {once: true});
    // Not every browser has it; an animation frame is a good substitute.
    if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(changed);
    else requestAnimationFrame(changed);
  });
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, ms);
    stop.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      {once: true},
    );
  });
}

/** The message of the first failed result, if any. */
export function firstProblem(...results: readonly Result[]): string | null {
  for (const result of results) if (result.state === 'failed') return result.message;
  return null;
}

const AVERAGED_FRAMES = 20;

/** Measures frames per second over the last frames. */
class FrameRateMeter {
  readonly #ends: number[] = [];

  /** Record a frame finished at `now` (milliseconds). Returns frames per second, or null for the first frame. */
  tick(now: number): number | null {
    this.#ends.push(now);
    if (this.#ends.length > AVERAGED_FRAMES) this.#ends.shift();
    const elapsed = now - this.#ends[0]!;
    return elapsed > 0 ? ((this.#ends.length - 1) * 1000) / elapsed : null;
  }
}
