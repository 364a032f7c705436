/** Detection in the camera's picture, frame after frame, each begun when the one before is done. */
import {signal} from '@preact/signals';

import {GatewayProblem} from '../gateway/problem.ts';
import {phoneModel} from '../model/on-phone.ts';
import {encodeJpeg, scaledDown} from '../vision/photo.ts';
import {type Answer, phoneAnswer, serverAnswer} from './answers.ts';
import {usesPhone, usesServer} from './modes.ts';
import {Pace} from './pace.ts';
import {BUSY, failed, IDLE, type Result} from './result.ts';

/** Longest side of a frame on its way to the server: twice the side of a network of 320 pixels. */
const SENT_SIDE = 640;
const PAUSE_AFTER_FAULT_MS = 1500;

export class LiveSession {
  readonly onPhone = signal<Result>(IDLE);
  readonly onServer = signal<Result>(IDLE);
  /** Frames a second. */
  readonly pace = signal<number | null>(null);
  /** The frame that the last answers are about, when two sides answer; else the moving picture is shown. */
  readonly frame = signal<ImageBitmap | null>(null);
  /** The server wants a key, and the person gave none: asked for once a run, not with every frame. */
  readonly keyIsMissing = signal(false);

  /** Goes on until `stop` aborts. */
  async run(video: HTMLVideoElement, stop: AbortSignal): Promise<void> {
    const pace = new Pace();
    if (usesPhone.value) void phoneModel.start();
    for (;;) {
      const answered = await this.#next(video, stop);
      if (stop.aborted) break;
      if (answered) this.pace.value = pace.tick(performance.now());
      else await pause(PAUSE_AFTER_FAULT_MS, stop);
    }
    this.#forget();
  }

  /** Have the key asked for again. */
  retry(): void {
    this.keyIsMissing.value = false;
  }

  /** Whether there was a frame, and all sides that were asked answered. */
  async #next(video: HTMLVideoElement, stop: AbortSignal): Promise<boolean> {
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

  /** Whether all sides that were asked answered. */
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

  /** `frame` is handed over, unless it is shown afterwards. */
  async #askPhone(frame: ImageBitmap, isShown: boolean): Promise<Result> {
    const {state} = phoneModel.state.value;
    if (state === 'none' || state === 'failed') return IDLE; // the panel of the model says why
    if (state !== 'ready') return BUSY;
    return settled(async () => phoneAnswer(isShown ? await createImageBitmap(frame) : frame));
  }

  async #askServer(frame: ImageBitmap, stop: AbortSignal, stable: boolean): Promise<Result> {
    const asksForKey = !this.keyIsMissing.value;
    return settled(async () => {
      const photo = await encodeJpeg(frame, scaledDown(frame, SENT_SIDE));
      return this.#hearOfKey(serverAnswer(photo, {signal: stop, stable, asksForKey}));
    });
  }

  async #hearOfKey(answer: Promise<Answer>): Promise<Answer> {
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

  #forget(): void {
    this.#show(null);
    this.onPhone.value = IDLE;
    this.onServer.value = IDLE;
    this.pace.value = null;
    this.keyIsMissing.value = false;
  }
}

async function settled(work: () => Promise<Answer>): Promise<Result> {
  try {
    return {state: 'done', answer: await work()};
  } catch (fault) {
    if (fault instanceof DOMException && fault.name === 'AbortError') return IDLE;
    return failed(fault);
  }
}

/** The next picture that was not looked at yet; null once stopped. A page in the background waits too. */
async function nextFrame(video: HTMLVideoElement, stop: AbortSignal): Promise<ImageBitmap | null> {
  while (await pictureChanged(video, stop)) {
    try {
      return await createImageBitmap(video);
    } catch (fault) {
      // A camera that has only just started, or is being turned, has pictures that cannot be read yet.
      if (!(fault instanceof DOMException && fault.name === 'InvalidStateError')) throw fault;
    }
  }
  return null;
}

/** False once stopped. */
function pictureChanged(video: HTMLVideoElement, stop: AbortSignal): Promise<boolean> {
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
    // Not in every browser; the animation frame then is near enough.
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

/** What is shown of two answers in one line: the first problem, if there is one. */
export function problemOf(...results: readonly Result[]): string | null {
  for (const result of results) if (result.state === 'failed') return result.message;
  return null;
}
