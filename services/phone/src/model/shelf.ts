/**
 * The version that this browser holds, in IndexedDB: one at a time, its files with it.
 *
 * A version is put there whole, in one transaction, once it has been seen to work: whatever happens before, the one
 * that was there stays.
 */
import type {DBSchema} from 'idb';

import type {Manifest} from '../gateway/manifest.ts';
import {Database} from '../storage/database.ts';

export interface KeptVersion {
  readonly manifest: Manifest;
  /** Of the manifest, for If-None-Match. */
  readonly etag: string;
}

interface Shelves extends DBSchema {
  /** The one kept version, under KEY. */
  version: {key: string; value: KeptVersion};
  /** Under [name, version, path]. */
  files: {key: [string, number, string]; value: ArrayBuffer};
}

const DATABASE = 'pocket-detector-model';
const KEY = 'kept';

export class Shelf {
  readonly #database = new Database<Shelves>(DATABASE, 1, fresh => {
    fresh.createObjectStore('version');
    fresh.createObjectStore('files');
  });

  async version(): Promise<KeptVersion | undefined> {
    return (await this.#database.opened()).get('version', KEY);
  }

  async file({name, version}: Manifest, path: string): Promise<ArrayBuffer | undefined> {
    return (await this.#database.opened()).get('files', [name, version, path]);
  }

  /** Keep this version instead of any other. Throws what IndexedDB throws, QuotaExceededError too; then nothing has changed. */
  async replace(kept: KeptVersion, files: ReadonlyMap<string, ArrayBuffer>): Promise<void> {
    const {name, version} = kept.manifest;
    const transaction = (await this.#database.opened()).transaction(['version', 'files'], 'readwrite');
    const stored = transaction.objectStore('files');
    await Promise.all([
      stored.clear(),
      ...[...files].map(([path, content]) => stored.put(content, [name, version, path])),
      transaction.objectStore('version').put(kept, KEY),
      transaction.done,
    ]);
  }

  /** Keep one more file of the kept version; of any other version nothing is kept. */
  async add({name, version}: Manifest, path: string, content: ArrayBuffer): Promise<void> {
    const transaction = (await this.#database.opened()).transaction(['version', 'files'], 'readwrite');
    const kept = await transaction.objectStore('version').get(KEY);
    if (kept?.manifest.name === name && kept.manifest.version === version) {
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
