/** A network that runs in a worker, so that neither the camera picture nor a touch ever waits for it. */
import type {Answered, Answers, Backend, Found, GraphFiles, Question} from './protocol.ts';

/** The worker cannot do what was asked. */
export class EngineFault extends Error {
  override readonly name = 'EngineFault';
}

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (fault: EngineFault) => void;
}

export class Engine {
  readonly backend: Backend;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #ended: string | null = null;
  #isRetired = false;

  private constructor(backend: Backend) {
    this.backend = backend;
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      type: 'module',
      name: `detect-${backend}`,
    });
    this.#worker.addEventListener('message', event => this.#answered(event.data as Answered));
    // The file of the worker could not be fetched, or the browser took its memory away.
    this.#worker.addEventListener('error', event => this.#end(event.message || 'the worker did not start'));
  }

  /** The network on `backend`, warmed up by nothing yet. Throws EngineFault. */
  static async open(backend: Backend, files: GraphFiles): Promise<Engine> {
    const engine = new Engine(backend);
    try {
      await engine.#ask({kind: 'open', backend, files});
    } catch (fault) {
      engine.close();
      throw fault;
    }
    return engine;
  }

  /** Detects in `picture`, which is handed over and closed. Throws EngineFault. */
  detect(picture: ImageBitmap): Promise<Found> {
    return this.#ask({kind: 'detect', picture}, [picture]);
  }

  close(): void {
    this.#end('the network was closed');
  }

  /** Closes it as soon as all that it was asked before is answered. */
  retire(): void {
    this.#isRetired = true;
    this.#closeWhenDone();
  }

  #ask<Kind extends Question['kind']>(
    question: Question & {kind: Kind},
    transfer: Transferable[] = [],
  ): Promise<Answers[Kind]> {
    if (this.#ended !== null) return Promise.reject(new EngineFault(this.#ended));
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, {resolve, reject});
      this.#worker.postMessage({...question, id}, transfer);
    });
  }

  #answered(message: Answered): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('fault' in message) waiting?.reject(new EngineFault(message.fault));
    else waiting?.resolve(message.result as never);
    this.#closeWhenDone();
  }

  #closeWhenDone(): void {
    if (this.#isRetired && this.#waiting.size === 0) this.close();
  }

  #end(reason: string): void {
    this.#ended ??= reason;
    this.#worker.terminate();
    for (const {reject} of this.#waiting.values()) reject(new EngineFault(reason));
    this.#waiting.clear();
  }
}
