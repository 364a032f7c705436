/** One photo, chosen or taken, and the results of each side. */
import {batch, signal} from '@preact/signals';

import {EngineFault} from '../../model/engine/engine.ts';
import {phoneModel} from '../../model/shared-model.ts';
import {encodeForServer, isHeic, openPhoto, PhotoProblem} from '../../vision/photo.ts';
import {BUSY, failed, IDLE, phoneAnswer, serverAnswer, type Answer, type Result} from './result.ts';
import {threshold, usesPhone, usesServer} from './settings.ts';

const SLIDER_DEBOUNCE_MS = 250;

export interface Photo {
  readonly file: Blob;
  /** Null when this browser cannot open the photo. */
  readonly picture: ImageBitmap | null;
  /** Why the browser cannot open it. */
  readonly problem: string | null;
}

export class PhotoSession {
  readonly photo = signal<Photo | null>(null);
  readonly onPhone = signal<Result>(IDLE);
  readonly onServer = signal<Result>(IDLE);
  #abort = new AbortController();
  #sliderMoves = 0;

  /** Show this photo and detect in it on the sides that the mode uses. */
  async open(file: Blob): Promise<void> {
    this.close();
    const stop = this.#abort.signal;
    this.#show(null, BUSY); // decoding takes time; the last photo's results must not be shown for this one
    const photo = await tryOpen(file);
    if (stop.aborted) {
      photo.picture?.close();
      return;
    }
    this.#show(photo, IDLE);
    await this.detectMissing();
  }

  close(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.photo.value?.picture?.close();
    this.#show(null, IDLE);
  }

  /** Detect on each side that the mode uses and that has no result yet. */
  async detectMissing(): Promise<void> {
    const photo = this.photo.value;
    if (!photo) return;
    const work: Promise<void>[] = [];
    if (usesPhone.value && this.onPhone.value.state === 'idle') work.push(this.#askPhone(photo));
    if (usesServer.value && this.onServer.value.state === 'idle') work.push(this.#askServer(photo));
    await Promise.all(work);
  }

  /** Detect again on the sides that failed. */
  async retry(): Promise<void> {
    if (this.onPhone.value.state === 'failed') this.onPhone.value = IDLE;
    if (this.onServer.value.state === 'failed') this.onServer.value = IDLE;
    await this.detectMissing();
  }

  /** Call this after the mode or the threshold has changed. */
  async onSettingsChanged(): Promise<void> {
    await this.detectMissing();
    await this.#updateThreshold();
  }

  /** Asks the server again if the threshold was lowered below that of the last request. Debounces the slider. */
  async #updateThreshold(): Promise<void> {
    const move = ++this.#sliderMoves;
    await new Promise(resolve => setTimeout(resolve, SLIDER_DEBOUNCE_MS));
    if (move !== this.#sliderMoves) return;
    const server = this.onServer.value;
    const photo = this.photo.value;
    const wanted = threshold.value;
    if (!photo || server.state !== 'done' || wanted === null || wanted >= server.answer.minScore) return;
    await this.#askServer(photo);
  }

  async #askPhone({picture, problem}: Photo): Promise<void> {
    await this.#ask(this.onPhone, async () => {
      if (!picture) throw new PhotoProblem(problem ?? '');
      await phoneModel.start();
      try {
        return await phoneAnswer(await createImageBitmap(picture));
      } catch (fault) {
        // By now another backend has taken over, if one is left.
        if (!(fault instanceof EngineFault)) throw fault;
        return await phoneAnswer(await createImageBitmap(picture));
      }
    });
  }

  async #askServer(photo: Photo): Promise<void> {
    const stop = this.#abort.signal;
    await this.#ask(this.onServer, async () => {
      const sent = photo.picture ? await encodeForServer(photo.picture) : await requireHeic(photo);
      // In mode Both the phone's version is compared with the stable one.
      return serverAnswer(sent, {signal: stop, stable: usesPhone.value});
    });
  }

  async #ask(result: typeof this.onPhone, work: () => Promise<Answer>): Promise<void> {
    const stop = this.#abort.signal;
    if (result.value.state !== 'done') result.value = BUSY;
    try {
      const answer = await work();
      if (!stop.aborted) result.value = {state: 'done', answer};
    } catch (fault) {
      if (!stop.aborted) result.value = failed(fault);
    }
  }

  #show(photo: Photo | null, result: Result): void {
    batch(() => {
      this.photo.value = photo;
      this.onPhone.value = result;
      this.onServer.value = result;
    });
  }
}

/** The file itself if it is HEIC, which the server can open. Throws PhotoProblem for anything else. */
async function requireHeic({file, problem}: Photo): Promise<Blob> {
  if (await isHeic(file)) return file;
  throw new PhotoProblem(problem ?? '');
}

async function tryOpen(file: Blob): Promise<Photo> {
  try {
    return {file, picture: await openPhoto(file), problem: null};
  } catch (fault) {
    if (!(fault instanceof PhotoProblem)) throw fault;
    return {file, picture: null, problem: fault.message};
  }
}
