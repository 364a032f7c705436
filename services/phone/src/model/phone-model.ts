/**
 * The model on this phone: downloads, verifies, tests and stores it, and updates it at the person's request.
 *
 * A working version is only replaced after its successor has passed the self-test.
 */
import {signal, type ReadonlySignal} from '@preact/signals';

import {fetchManifest, type FetchedManifest} from '../gateway/fetch-manifest.ts';
import {HISTORY, isSameVersion, SAMPLES, type Manifest} from '../gateway/manifest.ts';
import {isStorageFull} from '../storage/database.ts';
import {storedSetting} from '../storage/settings.ts';
import {errorMessage} from '../ui/format.ts';
import {download, downloadVerified, verify} from './download.ts';
import type {DetectResult} from './engine/protocol.ts';
import {graphFileList, graphFiles, graphSize} from './graph-files.ts';
import {Runner} from './runner.ts';
import {prepareSelfTest, type ReadFile} from './self-test.ts';
import {VersionStore} from './version-store.ts';

export type ModelState =
  /** Never downloaded, or deleted. */
  | {readonly state: 'none'}
  | {readonly state: 'starting'}
  | Progress
  | ReadyModel
  /** The message says why, and what to do. */
  | {readonly state: 'failed'; readonly message: string};

/** Installing a version: downloading its files, then running its self-test. */
export type Progress =
  | {readonly state: 'fetching'; readonly received: number; readonly total: number}
  | {readonly state: 'testing'; readonly version: number};

type OnProgress = (progress: Progress) => void;

export interface ReadyModel {
  readonly state: 'ready';
  readonly manifest: Manifest;
  readonly runner: Runner;
  readonly sizeBytes: number;
  /** Whether it is in the browser's storage; otherwise it is lost when the page closes. */
  readonly isStored: boolean;
}

/** Measuring backends and fetching the report are delayed, so as not to slow down the first detection. */
const BACKGROUND_WORK_DELAY_MS = 2000;

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
  readonly #store = new VersionStore();
  /** Set when the person deleted the model, so that it is not downloaded again automatically. */
  readonly #unwanted = storedSetting('model-unwanted');
  /** Files of the running version, if they could not be stored. */
  #filesInMemory: ReadonlyMap<string, ArrayBuffer> = new Map<string, ArrayBuffer>();
  #work: Promise<void> | null = null;
  #abort = new AbortController();

  get state(): ReadonlySignal<ModelState> {
    return this.#state;
  }

  /** The server's version, if it is a different one. */
  get offer(): ReadonlySignal<FetchedManifest | null> {
    return this.#offer;
  }

  /** Progress of an update, while the current version keeps running. */
  get updating(): ReadonlySignal<Progress | null> {
    return this.#updating;
  }

  /** A message about something that does not prevent detection. */
  get notice(): ReadonlySignal<string | null> {
    return this.#notice;
  }

  /** Get a model ready: the stored one, otherwise the server's. Failures are in `state`. */
  start(): Promise<void> {
    if (this.#state.value.state === 'ready') return Promise.resolve();
    return this.#exclusively(async () => {
      this.#state.value = {state: 'starting'};
      if (await this.#startStored()) return;
      if (this.#unwanted.value !== null) {
        this.#state.value = {state: 'none'};
        return;
      }
      const fetched = await fetchManifest(null);
      if (fetched) await this.#install(fetched, progress => (this.#state.value = progress));
    });
  }

  /** Download the server's version even if the model was deleted here. */
  fetchAgain(): Promise<void> {
    this.#unwanted.value = null;
    return this.start();
  }

  /** Ask the server for a newer version; `notice` says if there is none. Nothing changes before `update`. */
  async checkForUpdate(): Promise<void> {
    try {
      await this.#checkForUpdate();
      this.#notice.value = this.#offer.value ? null : 'The server has no other version.';
    } catch (fault) {
      this.#notice.value = errorMessage(fault);
    }
  }

  /** Install the offered version. If it does not work here, the current one stays and `notice` says so. */
  update(): Promise<void> {
    const offer = this.#offer.value;
    const current = this.#state.value;
    if (!offer || current.state !== 'ready') return Promise.resolve();
    return this.#exclusively(async () => {
      try {
        await this.#install(offer, progress => (this.#updating.value = progress));
        current.runner.close();
        this.#offer.value = null;
      } catch (fault) {
        this.#notice.value =
          `Version ${offer.manifest.version} was not taken over; version ${current.manifest.version} goes on. ` +
          errorMessage(fault);
      } finally {
        this.#updating.value = null;
      }
    });
  }

  /** Delete the model and its files. */
  async remove(): Promise<void> {
    this.#abort.abort();
    await this.#work;
    const now = this.#state.value;
    if (now.state === 'ready') now.runner.close();
    this.#unwanted.value = 'yes';
    this.#offer.value = null;
    this.#notice.value = null;
    this.#filesInMemory = new Map();
    await this.#store.clear().catch(() => undefined); // without storage there is nothing to clear
    this.#state.value = {state: 'none'};
  }

  /** All detections of the network. Takes ownership of `picture`. Throws ModelMissing or EngineFault. */
  detect(picture: ImageBitmap): Promise<DetectResult> {
    const now = this.#state.value;
    if (now.state !== 'ready') {
      picture.close();
      return Promise.reject(new ModelMissing());
    }
    return now.runner.detect(picture);
  }

  /**
   * A file of a version: the stored one, otherwise the server's, which is then stored with the model.
   *
   * Verified if the manifest lists it. Throws DamagedFile or GatewayProblem.
   */
  async file(manifest: Manifest, path: string): Promise<ArrayBuffer> {
    const local =
      this.#filesInMemory.get(path) ?? (await this.#store.file(manifest, path).catch(() => undefined));
    if (local) return local;
    const content = await this.#fetchFile(manifest, path, new AbortController().signal);
    await this.#store.add(manifest, path, content).catch(() => undefined); // stored if there is room
    return content;
  }

  #exclusively(work: () => Promise<void>): Promise<void> {
    this.#work ??= (async () => {
      this.#abort = new AbortController();
      this.#notice.value = null;
      try {
        await work();
      } catch (fault) {
        this.#state.value = this.#abort.signal.aborted
          ? {state: 'none'}
          : {state: 'failed', message: errorMessage(fault)};
      } finally {
        this.#work = null;
      }
    })();
    return this.#work;
  }

  /** Whether the stored version runs. Otherwise it is downloaded again. */
  async #startStored(): Promise<boolean> {
    try {
      const stored = await this.#store.version();
      if (!stored) return false;
      const {manifest} = stored;
      const {runner} = await this.#load(
        manifest,
        async path => {
          const content = await this.#store.file(manifest, path);
          if (!content) throw new Error(`${path} is missing`);
          const listed = listedFile(manifest, path);
          if (listed) await verify(listed, content);
          return content;
        },
        progress => (this.#state.value = progress),
      );
      this.#ready(manifest, runner, true);
      this.#checkForUpdate().catch(() => undefined); // the next visit tries again
      return true;
    } catch {
      // Storage that is forbidden, partly cleared or damaged is treated as empty.
      return false;
    }
  }

  /** Throws GatewayProblem. */
  async #checkForUpdate(): Promise<void> {
    const now = this.#state.value;
    if (now.state !== 'ready') return;
    const stored = await this.#store.version().catch(() => undefined);
    // Another tab may have stored a different version.
    const etag = stored && isSameVersion(stored.manifest, now.manifest) ? stored.etag : null;
    const fetched = await fetchManifest(etag);
    const isOther = fetched !== null && !isSameVersion(fetched.manifest, now.manifest);
    this.#offer.value = isOther ? fetched : null;
  }

  async #install(fetched: FetchedManifest, onProgress: OnProgress): Promise<void> {
    const {manifest} = fetched;
    const stop = this.#abort.signal;
    // When one download fails, the others are cancelled and no more progress is reported.
    const fetching = new AbortController();
    stop.addEventListener('abort', () => fetching.abort(), {once: true});
    const total = graphSize(manifest);
    let received = 0;
    const onBytes = (count: number) => {
      if (fetching.signal.aborted) return;
      received = Math.min(received + count, total);
      onProgress({state: 'fetching', received, total});
    };
    onBytes(0);
    const read = (path: string) => this.#fetchFile(manifest, path, fetching.signal, onBytes);
    const loading = this.#load(manifest, read, onProgress);
    const {runner, files} = await loading.finally(() => fetching.abort());
    if (stop.aborted) runner.close();
    stop.throwIfAborted();
    const isStored = await this.#save(fetched, files);
    this.#filesInMemory = new Map(isStored ? [] : files);
    this.#ready(manifest, runner, isStored);
  }

  async #load(manifest: Manifest, read: ReadFile, onProgress: OnProgress): Promise<Loaded> {
    const files = new Map<string, ArrayBuffer>();
    const remember = async (path: string) => {
      const content = await read(path);
      files.set(path, content);
      return content;
    };
    await Promise.all(graphFileList(manifest).map(({path}) => remember(path)));
    onProgress({state: 'testing', version: manifest.version});
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
    if (listed) return downloadVerified(manifest, listed, options);
    // It cannot be verified, so the browser must revalidate its cached copy.
    return download(manifest, path, {...options, cache: 'no-cache'});
  }

  async #save(fetched: FetchedManifest, files: ReadonlyMap<string, ArrayBuffer>): Promise<boolean> {
    try {
      await this.#store.replace(fetched, files);
      return true;
    } catch (fault) {
      const why = isStorageFull(fault) ? 'the storage of this browser is full' : 'this browser keeps nothing';
      this.#notice.value =
        `The model works, but ${why}: it is fetched again next time. ` +
        'Make room on the phone, or leave private browsing, to have it without a network.';
      return false;
    }
  }

  /** Saves the report, so that Evaluate works offline. Missing files are fetched when they are needed. */
  async #saveReport(manifest: Manifest): Promise<void> {
    const samples = (manifest.samples ?? []).map(({path}) => path);
    try {
      for (const path of [HISTORY, ...(samples.length > 0 ? [SAMPLES, ...samples] : [])]) {
        await this.file(manifest, path);
      }
    } catch {
      // Offline, or a damaged file: Evaluate reports it when it needs the file.
    }
  }

  #ready(manifest: Manifest, runner: Runner, isStored: boolean): void {
    this.#state.value = {state: 'ready', manifest, runner, sizeBytes: graphSize(manifest), isStored};
    setTimeout(() => {
      void runner.chooseFastest();
      if (isStored) void this.#saveReport(manifest);
    }, BACKGROUND_WORK_DELAY_MS);
  }
}

function listedFile(manifest: Manifest, path: string) {
  return [...graphFileList(manifest), ...(manifest.samples ?? [])].find(file => file.path === path);
}
