/**
 * The model on this phone: fetched, checked, tested, kept, and exchanged for a newer one when somebody says so.
 *
 * The last version that worked stays until another one has been seen to work.
 */
import {type ReadonlySignal, signal} from '@preact/signals';

import {type FetchedManifest, fetchManifest} from '../gateway/fetch-manifest.ts';
import {HISTORY, isSameVersion, type Manifest, SAMPLES} from '../gateway/manifest.ts';
import {isStorageFull} from '../storage/database.ts';
import {storedSetting} from '../storage/settings.ts';
import {check, download, downloadChecked} from './download.ts';
import type {Found} from './engine/protocol.ts';
import {graphFileList, graphFiles, graphSize} from './graph-files.ts';
import {Runner} from './runner.ts';
import {prepareSelfTest, type ReadFile} from './self-test.ts';
import {Shelf} from './shelf.ts';

export type ModelState =
  /** Not here: never fetched, or deleted. */
  | {readonly state: 'none'}
  | {readonly state: 'starting'}
  | Progress
  | ReadyModel
  /** A sentence that says why, and what to do. */
  | {readonly state: 'failed'; readonly message: string};

/** On the way to a version: bytes of its files, then its self-test. */
export type Progress =
  | {readonly state: 'fetching'; readonly received: number; readonly total: number}
  | {readonly state: 'testing'; readonly version: number};

type Report = (progress: Progress) => void;

export interface ReadyModel {
  readonly state: 'ready';
  readonly manifest: Manifest;
  readonly runner: Runner;
  readonly sizeBytes: number;
  /** Whether it is in the browser's storage; otherwise it lasts as long as the page. */
  readonly isKept: boolean;
}

/** Other backends are measured, and the report is fetched, when the first picture has had its answer. */
const SETTLE_AFTER_MS = 2000;

export class ModelMissing extends Error {
  override readonly name = 'ModelMissing';

  constructor() {
    super('There is no model on this phone yet.');
  }
}

interface Loaded {
  readonly runner: Runner;
  readonly files: ReadonlyMap<string, ArrayBuffer>;
}

export class PhoneModel {
  readonly #state = signal<ModelState>({state: 'none'});
  readonly #offer = signal<FetchedManifest | null>(null);
  readonly #updating = signal<Progress | null>(null);
  readonly #notice = signal<string | null>(null);
  readonly #shelf = new Shelf();
  /** Set when somebody deleted the model: it is not fetched again by itself. */
  readonly #unwanted = storedSetting('model-unwanted');
  /** Files of the running version that are not kept, for want of room. */
  #unkept: ReadonlyMap<string, ArrayBuffer> = new Map<string, ArrayBuffer>();
  #work: Promise<void> | null = null;
  #abort = new AbortController();

  get state(): ReadonlySignal<ModelState> {
    return this.#state;
  }

  /** The version that the server has now, when it is another one. */
  get offer(): ReadonlySignal<FetchedManifest | null> {
    return this.#offer;
  }

  /** How far the offered version is, while the present one goes on. */
  get updating(): ReadonlySignal<Progress | null> {
    return this.#updating;
  }

  /** Something to know that stops nothing, as a sentence. */
  get notice(): ReadonlySignal<string | null> {
    return this.#notice;
  }

  /** Have a model ready: the kept one, else the server's. Failures are in `state`. */
  start(): Promise<void> {
    if (this.#state.value.state === 'ready') return Promise.resolve();
    return this.#once(async () => {
      this.#state.value = {state: 'starting'};
      if (await this.#startKept()) return;
      if (this.#unwanted.value !== null) {
        this.#state.value = {state: 'none'};
        return;
      }
      const fetched = await fetchManifest(null);
      if (fetched) await this.#install(fetched, progress => (this.#state.value = progress));
    });
  }

  /** Fetch the server's version although the model was deleted here. */
  fetchAgain(): Promise<void> {
    this.#unwanted.value = null;
    return this.start();
  }

  /** Ask the server whether it has another version: `notice` says if not. Nothing changes here before `update`. */
  async look(): Promise<void> {
    try {
      await this.#look();
      this.#notice.value = this.#offer.value ? null : 'The server has no other version.';
    } catch (fault) {
      this.#notice.value = sentence(fault);
    }
  }

  /** Take the offered version. If it does not work here, the present one stays and `notice` says so. */
  update(): Promise<void> {
    const offer = this.#offer.value;
    const present = this.#state.value;
    if (!offer || present.state !== 'ready') return Promise.resolve();
    return this.#once(async () => {
      try {
        await this.#install(offer, progress => (this.#updating.value = progress));
        present.runner.close();
        this.#offer.value = null;
      } catch (fault) {
        this.#notice.value =
          `Version ${offer.manifest.version} was not taken over; version ${present.manifest.version} goes on. ` +
          sentence(fault);
      } finally {
        this.#updating.value = null;
      }
    });
  }

  /** Delete the model and all that was kept with it. */
  async remove(): Promise<void> {
    this.#abort.abort();
    await this.#work;
    const now = this.#state.value;
    if (now.state === 'ready') now.runner.close();
    this.#unwanted.value = 'yes';
    this.#offer.value = null;
    this.#notice.value = null;
    this.#unkept = new Map();
    await this.#shelf.clear().catch(() => undefined); // a browser that keeps nothing has nothing to clear
    this.#state.value = {state: 'none'};
  }

  /** All rows that the network gives. `picture` is handed over. Throws ModelMissing or EngineFault. */
  detect(picture: ImageBitmap): Promise<Found> {
    const now = this.#state.value;
    if (now.state !== 'ready') {
      picture.close();
      return Promise.reject(new ModelMissing());
    }
    return now.runner.detect(picture);
  }

  /**
   * A file of a version: the kept one, else the server's, which is then kept with the model.
   *
   * Checked where the manifest lists it. Throws DamagedFile or GatewayProblem.
   */
  async file(manifest: Manifest, path: string): Promise<ArrayBuffer> {
    const here = this.#unkept.get(path) ?? (await this.#shelf.file(manifest, path).catch(() => undefined));
    if (here) return here;
    const content = await this.#fetchFile(manifest, path, new AbortController().signal);
    await this.#shelf.add(manifest, path, content).catch(() => undefined); // kept when there is room
    return content;
  }

  #once(work: () => Promise<void>): Promise<void> {
    this.#work ??= (async () => {
      this.#abort = new AbortController();
      this.#notice.value = null;
      try {
        await work();
      } catch (fault) {
        this.#state.value = this.#abort.signal.aborted
          ? {state: 'none'}
          : {state: 'failed', message: sentence(fault)};
      } finally {
        this.#work = null;
      }
    })();
    return this.#work;
  }

  /** Whether the kept version runs. One that does not is fetched anew. */
  async #startKept(): Promise<boolean> {
    try {
      const found = await this.#shelf.version();
      if (!found) return false;
      const {manifest} = found;
      const {runner} = await this.#load(
        manifest,
        async path => {
          const content = await this.#shelf.file(manifest, path);
          if (!content) throw new Error(`${path} is missing`);
          const listed = listedFile(manifest, path);
          if (listed) await check(listed, content);
          return content;
        },
        progress => (this.#state.value = progress),
      );
      this.#ready(manifest, runner, true);
      this.#look().catch(() => undefined); // the next visit asks again
      return true;
    } catch {
      // Storage that is forbidden, cleared by half or damaged is like none.
      return false;
    }
  }

  /** Throws GatewayProblem. */
  async #look(): Promise<void> {
    const now = this.#state.value;
    if (now.state !== 'ready') return;
    const kept = await this.#shelf.version().catch(() => undefined);
    // Another tab may have gone over to another version.
    const etag = kept && isSameVersion(kept.manifest, now.manifest) ? kept.etag : null;
    const fetched = await fetchManifest(etag);
    const isOther = fetched !== null && !isSameVersion(fetched.manifest, now.manifest);
    this.#offer.value = isOther ? fetched : null;
  }

  async #install(fetched: FetchedManifest, report: Report): Promise<void> {
    const {manifest} = fetched;
    const stop = this.#abort.signal;
    // When one file cannot be had the others are not waited for, and nothing more is told of them.
    const fetching = new AbortController();
    stop.addEventListener('abort', () => fetching.abort(), {once: true});
    const total = graphSize(manifest);
    let received = 0;
    const progress = (count: number) => {
      if (fetching.signal.aborted) return;
      received = Math.min(received + count, total);
      report({state: 'fetching', received, total});
    };
    progress(0);
    const read = (path: string) => this.#fetchFile(manifest, path, fetching.signal, progress);
    const loading = this.#load(manifest, read, report);
    const {runner, files} = await loading.finally(() => fetching.abort());
    if (stop.aborted) runner.close();
    stop.throwIfAborted();
    const isKept = await this.#keep(fetched, files);
    this.#unkept = new Map(isKept ? [] : files);
    this.#ready(manifest, runner, isKept);
  }

  async #load(manifest: Manifest, read: ReadFile, report: Report): Promise<Loaded> {
    const files = new Map<string, ArrayBuffer>();
    const remember = async (path: string) => {
      const content = await read(path);
      files.set(path, content);
      return content;
    };
    await Promise.all(graphFileList(manifest).map(({path}) => remember(path)));
    report({state: 'testing', version: manifest.version});
    const selfTest = await prepareSelfTest(manifest, remember);
    return {runner: await Runner.open(await graphFiles(manifest, files), selfTest), files};
  }

  async #fetchFile(
    manifest: Manifest,
    path: string,
    stop: AbortSignal,
    onBytes?: (count: number) => void,
  ): Promise<ArrayBuffer> {
    const listed = listedFile(manifest, path);
    const options = {signal: stop, ...(onBytes && {onBytes})};
    if (listed) return downloadChecked(manifest, listed, options);
    // Nothing tells whether it is the right one: the browser asks for it again rather than take its own copy.
    return download(manifest, path, {...options, cache: 'no-cache'});
  }

  async #keep(fetched: FetchedManifest, files: ReadonlyMap<string, ArrayBuffer>): Promise<boolean> {
    try {
      await this.#shelf.replace(fetched, files);
      return true;
    } catch (fault) {
      const why = isStorageFull(fault) ? 'the storage of this browser is full' : 'this browser keeps nothing';
      this.#notice.value =
        `The model works, but ${why}: it is fetched again next time. ` +
        'Make room on the phone, or leave private browsing, to have it without a network.';
      return false;
    }
  }

  /** So that Evaluate works without a network too. What cannot be had now is asked for when somebody wants it. */
  async #keepReport(manifest: Manifest): Promise<void> {
    const samples = (manifest.samples ?? []).map(({path}) => path);
    try {
      for (const path of [HISTORY, ...(samples.length > 0 ? [SAMPLES, ...samples] : [])]) {
        await this.file(manifest, path);
      }
    } catch {
      // No network any more, or a damaged file: whoever evaluates is told.
    }
  }

  #ready(manifest: Manifest, runner: Runner, isKept: boolean): void {
    this.#state.value = {state: 'ready', manifest, runner, sizeBytes: graphSize(manifest), isKept};
    setTimeout(() => {
      void runner.settle();
      if (isKept) void this.#keepReport(manifest);
    }, SETTLE_AFTER_MS);
  }
}

function listedFile(manifest: Manifest, path: string) {
  return [...graphFileList(manifest), ...(manifest.samples ?? [])].find(file => file.path === path);
}

function sentence(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}
