/** Runs the network in a worker, so that it never blocks the user interface. */
import type {
  Backend,
  DetectResult,
  EngineRequest,
  EngineResponses,
  GraphFiles,
  ResponseMessage,
} from './protocol.ts';

/** The worker failed, or could not process a request. */
export class EngineFault extends Error {
  override readonly name = 'EngineFault';
}

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (fault: EngineFault) => void;
}

export class Engine {
  readonly backend: Backend;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #asked = 0;
  #ended: string | null = null;
  #isRetired = false;

  private constructor(backend: Backend) {
    this.backend = backend;
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      type: 'module',
      name: `detect-${backend}`,
    });
    this.#worker.addEventListener('message', event => this.#answered(event.data as ResponseMessage));
    // The worker's script could not be fetched, or the worker ran out of memory.
    this.#worker.addEventListener('error', event => this.#end(event.message || 'the worker did not start'));
  }

  /** Loads the network on `backend`, without warming it up. Throws EngineFault. */
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

  /** Detects in `picture` and takes ownership of it. Throws EngineFault. */
  detect(picture: ImageBitmap): Promise<DetectResult> {
    return this.#ask({kind: 'detect', picture}, [picture]);
  }

  close(): void {
    this.#end('the network was closed');
  }

  /** Closes the engine as soon as all pending requests have completed. */
  retire(): void {
    this.#isRetired = true;
    this.#closeWhenDone();
  }

  #ask<Kind extends EngineRequest['kind']>(
    question: EngineRequest & {kind: Kind},
    transfer: Transferable[] = [],
  ): Promise<EngineResponses[Kind]> {
    if (this.#ended !== null) return Promise.reject(new EngineFault(this.#ended));
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, {resolve, reject});
      this.#worker.postMessage({...question, id}, transfer);
    });
  }

  #answered(message: ResponseMessage): void {
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if ('fault' in message) pending?.reject(new EngineFault(message.fault));
    else pending?.resolve(message.result as never);
    this.#closeWhenDone();
  }

  #closeWhenDone(): void {
    if (this.#isRetired && this.#pending.size === 0) this.close();
  }

  #end(reason: string): void {
    this.#ended ??= reason;
    this.#worker.terminate();
    for (const {reject} of this.#pending.values()) reject(new EngineFault(reason));
    this.#pending.clear();
  }
}
