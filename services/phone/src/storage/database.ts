/** IndexedDB databases, opened on first use. */
import {openDB, type IDBPDatabase} from 'idb';

/** Some browsers occasionally never answer a request to open a database (WebKit bug 226547). */
const OPEN_TIMEOUT_MS = 10_000;

/**
 * Reopened after the browser has dropped the connection (some do so for background pages) or another tab has closed
 * it.
 */
export class Database<Schema> {
  readonly #name: string;
  readonly #version: number;
  readonly #upgrade: (fresh: IDBPDatabase<Schema>) => void;
  #opening: Promise<IDBPDatabase<Schema>> | null = null;

  /** `upgrade` creates the object stores of this version. */
  constructor(name: string, version: number, upgrade: (fresh: IDBPDatabase<Schema>) => void) {
    this.#name = name;
    this.#version = version;
    this.#upgrade = upgrade;
  }

  /** Rejects with IndexedDB's error, or with a TimeoutError when there is no answer. The next call tries again. */
  opened(): Promise<IDBPDatabase<Schema>> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async close(): Promise<void> {
    (await this.#opening)?.close();
    this.#opening = null;
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    const forget = () => {
      if (this.#opening === withTimeout) this.#opening = null;
    };
    // openDB throws synchronously where there is no IndexedDB.
    const opening = Promise.resolve().then(() =>
      openDB<Schema>(this.#name, this.#version, {
        upgrade: this.#upgrade,
        // A newer page in another tab wants to upgrade or delete the database.
        blocking: (_current, _blocked, event) => {
          (event.target as IDBDatabase).close();
          forget();
        },
        terminated: forget,
      }),
    );
    const withTimeout = timeOut(opening);
    withTimeout.catch(forget);
    return withTimeout;
  }
}

function timeOut<Schema>(opening: Promise<IDBPDatabase<Schema>>): Promise<IDBPDatabase<Schema>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new DOMException('The database did not open in time.', 'TimeoutError'));
      // If it opens after all, close it.
      opening.then(
        late => late.close(),
        () => undefined,
      );
    }, OPEN_TIMEOUT_MS);
    opening.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Whether the error means that the storage quota is exceeded. */
export function isStorageFull(fault: unknown): boolean {
  // Some browsers wrap the QuotaExceededError in another DOMException.
  return fault instanceof DOMException && /quota/i.test(`${fault.name} ${fault.message}`);
}
