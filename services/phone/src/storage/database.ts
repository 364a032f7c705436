/** An IndexedDB database that is opened when it is first asked for. */
import {openDB, type IDBPDatabase} from 'idb';

/** Some browsers now and then answer a page's wish to open a database with nothing at all (WebKit bug 226547). */
const OPENS_WITHIN_MS = 10_000;

/** Opened again after the browser has dropped it (as some do with a page in the background) or another tab has closed it. */
export class Database<Schema> {
  readonly #name: string;
  readonly #version: number;
  readonly #upgrade: (fresh: IDBPDatabase<Schema>) => void;
  #opening: Promise<IDBPDatabase<Schema>> | null = null;

  /** `upgrade` makes the stores of this version. */
  constructor(name: string, version: number, upgrade: (fresh: IDBPDatabase<Schema>) => void) {
    this.#name = name;
    this.#version = version;
    this.#upgrade = upgrade;
  }

  /** Rejects with what IndexedDB says, or with a TimeoutError when it says nothing. The next call tries again. */
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
      if (this.#opening === inTime) this.#opening = null;
    };
    // Where there is no IndexedDB at all, openDB throws.
    const opening = Promise.resolve().then(() =>
      openDB<Schema>(this.#name, this.#version, {
        upgrade: this.#upgrade,
        // A newer page in another tab wants to change the stores, or to delete them.
        blocking: (_current, _blocked, event) => {
          (event.target as IDBDatabase).close();
          forget();
        },
        terminated: forget,
      }),
    );
    const inTime = unlessLate(opening);
    inTime.catch(forget);
    return inTime;
  }
}

function unlessLate<Schema>(opening: Promise<IDBPDatabase<Schema>>): Promise<IDBPDatabase<Schema>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new DOMException('The database did not open in time.', 'TimeoutError'));
      // One that opens after all is wanted no more.
      opening.then(
        late => late.close(),
        () => undefined,
      );
    }, OPENS_WITHIN_MS);
    opening.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
