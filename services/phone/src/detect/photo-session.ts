/** One chosen or taken photo, and what each side finds in it. */
import {batch, signal} from '@preact/signals';

import {EngineFault} from '../model/engine/engine.ts';
import {phoneModel} from '../model/on-phone.ts';
import {isHeic, openPhoto, PhotoProblem, encodeForServer} from '../vision/photo.ts';
import {type Answer, phoneAnswer, serverAnswer} from './answers.ts';
import {usesPhone, usesServer} from './modes.ts';
import {BUSY, failed, IDLE, type Result} from './result.ts';
import {threshold} from './threshold.ts';

const SLIDER_RESTS_MS = 250;

export interface Photo {
  readonly file: Blob;
  /** Null when this browser cannot show it. */
  readonly picture: ImageBitmap | null;
  /** Why not, as a sentence. */
  readonly problem: string | null;
}

export class PhotoSession {
  readonly photo = signal<Photo | null>(null);
  readonly onPhone = signal<Result>(IDLE);
  readonly onServer = signal<Result>(IDLE);
  #abort = new AbortController();
  #moves = 0;

  /** Show this photo and detect in it as the mode says. */
  async open(file: Blob): Promise<void> {
    this.close();
    const stop = this.#abort.signal;
    this.#show(null, BUSY); // a large photo takes its time, and the last one's answer is not its own
    const photo = await opened(file);
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

  /** Ask each side that the mode uses and that has not answered yet. */
  async detectMissing(): Promise<void> {
    const photo = this.photo.value;
    if (!photo) return;
    const work: Promise<void>[] = [];
    if (usesPhone.value && this.onPhone.value.state === 'idle') work.push(this.#askPhone(photo));
    if (usesServer.value && this.onServer.value.state === 'idle') work.push(this.#askServer(photo));
    await Promise.all(work);
  }

  /** Ask those again that failed. */
  async retry(): Promise<void> {
    if (this.onPhone.value.state === 'failed') this.onPhone.value = IDLE;
    if (this.onServer.value.state === 'failed') this.onServer.value = IDLE;
    await this.detectMissing();
  }

  /** After the mode or the threshold has changed. */
  async follow(): Promise<void> {
    await this.detectMissing();
    await this.#followThreshold();
  }

  /** The server gave nothing below the threshold it was asked with. Waits until the slider rests. */
  async #followThreshold(): Promise<void> {
    const move = ++this.#moves;
    await new Promise(resolve => setTimeout(resolve, SLIDER_RESTS_MS));
    if (move !== this.#moves) return;
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
        // Another backend has taken over by now, if one is left.
        if (!(fault instanceof EngineFault)) throw fault;
        return await phoneAnswer(await createImageBitmap(picture));
      }
    });
  }

  async #askServer(photo: Photo): Promise<void> {
    const stop = this.#abort.signal;
    await this.#ask(this.onServer, async () => {
      const sent = photo.picture ? await encodeForServer(photo.picture) : await heicFile(photo);
      // Beside the phone's own version it is the stable one that compares.
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

/** The file of a photo that only the server can open. Throws PhotoProblem for any other, which it could not either. */
async function heicFile({file, problem}: Photo): Promise<Blob> {
  if (await isHeic(file)) return file;
  throw new PhotoProblem(problem ?? '');
}

async function opened(file: Blob): Promise<Photo> {
  try {
    return {file, picture: await openPhoto(file), problem: null};
  } catch (fault) {
    if (!(fault instanceof PhotoProblem)) throw fault;
    return {file, picture: null, problem: fault.message};
  }
}
