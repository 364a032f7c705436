/**
 * Runs the network on the fastest backend of this phone.
 *
 * It starts on the first backend that passes the version's self-test, so that the first detection does not wait for
 * measurements. The other backends are then measured in workers of their own, and the fastest one takes over.
 */
import {signal, type ReadonlySignal} from '@preact/signals';

import {errorMessage} from '../ui/format.ts';
import {fastest, loadMeasured, measure, storeMeasured, type Measured} from './backends.ts';
import {Engine} from './engine/engine.ts';
import {BACKENDS, type Backend, type DetectResult, type GraphFiles} from './engine/protocol.ts';
import type {SelfTest} from './self-test.ts';

/** A backend that takes longer than this to start and to be measured is not worth using. */
const MEASURE_TIMEOUT_MS = 30_000;
/** Plain JavaScript is only a fallback: measuring it would waste energy. */
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

  /** Throws the first backend's SelfTestFailed or EngineFault when no backend can run these files. */
  static async open(files: GraphFiles, selfTest: SelfTest): Promise<Runner> {
    const known = loadMeasured(`${files.width}x${files.height}:${files.weights.byteLength}`);
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

  /** Measurements so far; a text says why a backend does not run. */
  get measured(): ReadonlySignal<Measured> {
    return this.#measured;
  }

  /**
   * Detects in `picture` and takes ownership of it.
   *
   * Throws EngineFault, after replacing a backend that stopped working, so that the next call uses another one.
   */
  async detect(picture: ImageBitmap): Promise<DetectResult> {
    const engine = this.#engine;
    try {
      return await engine.detect(picture);
    } catch (fault) {
      // The GPU context was lost, or the worker ran out of memory.
      if (!this.#closed) await this.#reopenWithout(engine);
      throw fault;
    }
  }

  /** Measure the backends that were not measured yet, and switch to the fastest. */
  async chooseFastest(): Promise<void> {
    for (const backend of WORTH_MEASURING) {
      if (this.#closed || this.#measured.value[backend] !== undefined) continue;
      const isCurrent = backend === this.#engine.backend;
      const engine = isCurrent ? this.#engine : await this.#candidate(backend);
      if (!engine) continue;
      await this.#measureOne(engine);
      if (!isCurrent) this.#adoptIfFaster(engine);
    }
    if (!this.#closed) storeMeasured(this.#network, this.#measured.value);
  }

  /** Detections in progress still complete. */
  close(): void {
    this.#closed = true;
    this.#engine.retire();
  }

  async #candidate(backend: Backend): Promise<Engine | null> {
    const opening = openTested(backend, this.#files, this.#selfTest);
    try {
      return await withTimeout(MEASURE_TIMEOUT_MS, opening);
    } catch (fault) {
      this.#note(backend, errorMessage(fault));
      // If it opens after all, close it.
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
      this.#note(engine.backend, await withTimeout(MEASURE_TIMEOUT_MS, measure(detect, width, height)));
    } catch (fault) {
      this.#note(engine.backend, errorMessage(fault));
    }
  }

  #adoptIfFaster(candidate: Engine): void {
    if (!this.#closed && fastest(this.#measured.value) === candidate.backend) {
      // With a live camera, a detection is nearly always in progress: let it complete.
      this.#engine.retire();
      this.#use(candidate);
    } else {
      candidate.close();
    }
  }

  async #reopenWithout(broken: Engine): Promise<void> {
    if (this.#engine !== broken) return; // another detection has already replaced it
    this.#reopening ??= (async () => {
      broken.close();
      this.#note(broken.backend, 'it stopped working');
      const remaining = BACKENDS.filter(backend => backend !== broken.backend);
      this.#use((await firstThatPasses(remaining, this.#files, this.#selfTest)).engine);
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
      faults[backend] = errorMessage(fault);
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

async function withTimeout<Value>(limitMs: number, work: Promise<Value>): Promise<Value> {
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
