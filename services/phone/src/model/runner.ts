/**
 * The network on the backend that is fastest on this phone.
 *
 * It starts on the first backend that passes the version's self-test, so that a first detection waits for no
 * measurement; then the others are measured in workers of their own, and the fastest that passes takes over.
 */
import {signal, type ReadonlySignal} from '@preact/signals';

import {Engine} from './engine/engine.ts';
import {BACKENDS, type Backend, type Found, type GraphFiles} from './engine/protocol.ts';
import {fastest, measure, rememberedMeasure, rememberMeasure, type Measured} from './measure.ts';
import type {SelfTest} from './self-test.ts';

/** A backend that takes longer to start, pass the test and be measured is no gain, however fast it may be then. */
const MEASURE_AT_MOST_MS = 30_000;
/** Plain JavaScript is what is left when nothing else runs; measuring it would only warm the phone. */
const WORTH_MEASURING: readonly Backend[] = ['wasm', 'webgl'];

export class Runner {
  readonly #files: GraphFiles;
  readonly #selfTest: SelfTest;
  readonly #network: string;
  readonly #measured = signal<Measured>({});
  readonly #backend = signal<Backend>('wasm');
  #engine: Engine;
  #reopening: Promise<void> | null = null;
  #closed = false;

  private constructor(files: GraphFiles, selfTest: SelfTest, engine: Engine, faults: Measured) {
    this.#files = files;
    this.#selfTest = selfTest;
    this.#network = `${files.width}x${files.height}:${files.weights.byteLength}`;
    this.#engine = engine;
    this.#backend.value = engine.backend;
    this.#measured.value = faults;
  }

  /** Throws SelfTestFailed or EngineFault, the first backend's, when none can run these files. */
  static async open(files: GraphFiles, selfTest: SelfTest): Promise<Runner> {
    const known = rememberedMeasure(`${files.width}x${files.height}:${files.weights.byteLength}`);
    const best = known && fastest(known);
    const order = [...new Set([...(best ? [best] : []), ...BACKENDS])];
    const {engine, faults} = await firstThatPasses(order, files, selfTest);
    const runner = new Runner(files, selfTest, engine, faults);
    if (known && engine.backend === best) runner.#measured.value = known;
    return runner;
  }

  get backend(): ReadonlySignal<Backend> {
    return this.#backend;
  }

  /** What is known about backends here; a text says why one does not run. */
  get measured(): ReadonlySignal<Measured> {
    return this.#measured;
  }

  /**
   * Detects in `picture`, which is handed over and closed.
   *
   * Throws EngineFault. A backend that stopped working is replaced first, so that the next picture finds another one.
   */
  async detect(picture: ImageBitmap): Promise<Found> {
    const engine = this.#engine;
    try {
      return await engine.detect(picture);
    } catch (fault) {
      // The GPU was taken away, or the worker's memory.
      if (!this.#closed) await this.#reopenWithout(engine);
      throw fault;
    }
  }

  /** Measure what was not measured yet, and go over to the fastest. */
  async settle(): Promise<void> {
    for (const backend of WORTH_MEASURING) {
      if (this.#closed || this.#measured.value[backend] !== undefined) continue;
      const own = backend === this.#engine.backend;
      const engine = own ? this.#engine : await this.#candidate(backend);
      if (!engine) continue;
      await this.#measureOne(engine);
      if (!own) this.#chooseBetween(engine);
    }
    if (!this.#closed) rememberMeasure(this.#network, this.#measured.value);
  }

  /** What is on its way is still answered. */
  close(): void {
    this.#closed = true;
    this.#engine.retire();
  }

  async #candidate(backend: Backend): Promise<Engine | null> {
    const opening = openTested(backend, this.#files, this.#selfTest);
    try {
      return await within(MEASURE_AT_MOST_MS, opening);
    } catch (fault) {
      this.#note(backend, reason(fault));
      // One that opens after all is wanted no more.
      opening.then(
        engine => engine.close(),
        () => undefined,
      );
      return null;
    }
  }

  async #measureOne(engine: Engine): Promise<void> {
    const {width, height} = this.#files;
    try {
      const detect = (picture: ImageBitmap) => engine.detect(picture);
      this.#note(engine.backend, await within(MEASURE_AT_MOST_MS, measure(detect, width, height)));
    } catch (fault) {
      this.#note(engine.backend, reason(fault));
    }
  }

  #chooseBetween(candidate: Engine): void {
    if (!this.#closed && fastest(this.#measured.value) === candidate.backend) {
      // A frame of the camera is nearly always on its way.
      this.#engine.retire();
      this.#use(candidate);
    } else {
      candidate.close();
    }
  }

  async #reopenWithout(broken: Engine): Promise<void> {
    if (this.#engine !== broken) return; // another detection has seen to it
    this.#reopening ??= (async () => {
      broken.close();
      this.#note(broken.backend, 'it stopped working');
      const left = BACKENDS.filter(backend => backend !== broken.backend);
      this.#use((await firstThatPasses(left, this.#files, this.#selfTest)).engine);
    })().finally(() => (this.#reopening = null));
    await this.#reopening;
  }

  #use(engine: Engine): void {
    this.#engine = engine;
    this.#backend.value = engine.backend;
  }

  #note(backend: Backend, measured: number | string): void {
    this.#measured.value = {...this.#measured.value, [backend]: measured};
  }
}

async function firstThatPasses(
  order: readonly Backend[],
  files: GraphFiles,
  selfTest: SelfTest,
): Promise<{engine: Engine; faults: Measured}> {
  const faults: Partial<Record<Backend, string>> = {};
  let first: unknown = null;
  for (const backend of order) {
    try {
      return {engine: await openTested(backend, files, selfTest), faults};
    } catch (fault) {
      first ??= fault;
      faults[backend] = reason(fault);
    }
  }
  throw first;
}

async function openTested(backend: Backend, files: GraphFiles, selfTest: SelfTest): Promise<Engine> {
  const engine = await Engine.open(backend, files);
  try {
    await selfTest.run(picture => engine.detect(picture));
    return engine;
  } catch (fault) {
    engine.close();
    throw fault;
  }
}

function reason(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}

async function within<Value>(limitMs: number, work: Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${limitMs / 1000} s`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
