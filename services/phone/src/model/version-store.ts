/**
 * The model version stored in this browser's IndexedDB: one at a time, with its files.
 *
 * A version is written in one transaction, after it has been tested: a failure leaves the previous version intact.
 */
import type {DBSchema} from 'idb';

import type {Manifest} from '../gateway/manifest.ts';
import {Database} from '../storage/database.ts';

export interface StoredVersion {
  readonly manifest: Manifest;
  /** The manifest's ETag, for If-None-Match. */
  readonly etag: string;
}

interface VersionSchema extends DBSchema {
  /** The stored version, under KEY. */
  version: {key: string; value: StoredVersion};
  /** File contents by [name, version, path]. */
  files: {key: [string, number, string]; value: ArrayBuffer};
}

const DATABASE = 'pocket-detector-model';
const KEY = 'kept';

export class VersionStore {
  readonly #database = new Database<VersionSchema>(DATABASE, 1, fresh => {
    fresh.createObjectStore('version');
    fresh.createObjectStore('files');
  });

  async version(): Promise<StoredVersion | undefined> {
    return (await this.#database.opened()).get('version', KEY);
  }

  async file({name, version}: Manifest, path: string): Promise<ArrayBuffer | undefined> {
    return (await this.#database.opened()).get('files', [name, version, path]);
  }

  /** Replaces the stored version. Throws IndexedDB's errors (such as QuotaExceededError); then nothing has changed. */
  async replace(next: StoredVersion, files: ReadonlyMap<string, ArrayBuffer>): Promise<void> {
    const {name, version} = next.manifest;
    const transaction = (await this.#database.opened()).transaction(['version', 'files'], 'readwrite');
    const stored = transaction.objectStore('files');
    await Promise.all([
      stored.clear(),
      ...[...files].map(([path, content]) => stored.put(content, [name, version, path])),
      transaction.objectStore('version').put(next, KEY),
      transaction.done,
    ]);
  }

  /** Adds a file of the stored version; files of other versions are ignored. */
  async add({name, version}: Manifest, path: string, content: ArrayBuffer): Promise<void> {
    const transaction = (await this.#database.opened()).transaction(['version', 'files'], 'readwrite');
    const stored = await transaction.objectStore('version').get(KEY);
    if (stored?.manifest.name === name && stored.manifest.version === version) {
      await transaction.objectStore('files').put(content, [name, version, path]);
    }
    await transaction.done;
  }

  async clear(): Promise<void> {
    const transaction = (await this.#database.opened()).transaction(['version', 'files'], 'readwrite');
    await Promise.all([
      transaction.objectStore('version').clear(),
      transaction.objectStore('files').clear(),
      transaction.done,
    ]);
  }
}
