/** The labelled photos in this browser's storage. Each change is there as a whole or not at all. */
import {openDB, type DBSchema, type IDBPDatabase} from 'idb';

import type {Labelling} from '../boxes/labelling.ts';
import {collectionProblem} from './problem.ts';
import type {PhotoRecord, PreparedPhoto} from './record.ts';

const NAME = 'pocket-detector-collection';
const VERSION = 1;

interface Schema extends DBSchema {
  photos: {key: number; value: Omit<PhotoRecord, 'id'> & {id?: number}};
  /** JPEG files by the photo's id: apart from the records, so that these are read quickly. */
  pictures: {key: number; value: Uint8Array<ArrayBuffer>};
  thumbnails: {key: number; value: Uint8Array<ArrayBuffer>};
  settings: {key: 'classes'; value: readonly string[]};
}

/** Every method rejects with CollectionProblem, whose message is a sentence to show. */
export class Collection {
  readonly #name: string;
  #opening: Promise<IDBPDatabase<Schema>> | null = null;

  private constructor(name: string) {
    this.#name = name;
  }

  static async open(name = NAME): Promise<Collection> {
    const collection = new Collection(name);
    await told(() => collection.#database());
    return collection;
  }

  #database(): Promise<IDBPDatabase<Schema>> {
    this.#opening ??= openDB<Schema>(this.#name, VERSION, {
      upgrade(fresh) {
        fresh.createObjectStore('photos', {keyPath: 'id', autoIncrement: true});
        fresh.createObjectStore('pictures');
        fresh.createObjectStore('thumbnails');
        fresh.createObjectStore('settings');
      },
      // A newer page in another tab wants to change the schema.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
      // The browser dropped the connection, as some do with a page in the background: the next call opens it again.
      terminated: () => (this.#opening = null),
    }).catch((fault: unknown) => {
      this.#opening = null;
      throw fault;
    });
    return this.#opening;
  }

  async close(): Promise<void> {
    (await this.#database()).close();
  }

  /** In the order in which they were added. */
  photos(): Promise<readonly PhotoRecord[]> {
    return told(async () => (await (await this.#database()).getAll('photos')) as PhotoRecord[]);
  }

  /** Names by class id; none until the person gives them. */
  classes(): Promise<readonly string[]> {
    return told(async () => (await (await this.#database()).get('settings', 'classes')) ?? []);
  }

  async setClasses(names: readonly string[]): Promise<void> {
    await told(async () => (await this.#database()).put('settings', [...names], 'classes'));
  }

  add(photo: PreparedPhoto, labelling: Labelling, addedAt = Date.now()): Promise<PhotoRecord> {
    const {width, height, source, picture, thumbnail} = photo;
    const record = {width, height, source, labelling, addedAt, sizeBytes: picture.byteLength};
    return told(async () => {
      const change = (await this.#database()).transaction(['photos', 'pictures', 'thumbnails'], 'readwrite');
      const write = async () => {
        const id = await change.objectStore('photos').add(record);
        const pictures = change.objectStore('pictures').put(picture, id);
        await Promise.all([pictures, change.objectStore('thumbnails').put(thumbnail, id)]);
        return id;
      };
      // Together: when one request fails the transaction does too, and both must be heard.
      const [id] = await Promise.all([write(), change.done]);
      return {...record, id};
    });
  }

  async update(record: PhotoRecord): Promise<void> {
    await told(async () => (await this.#database()).put('photos', record));
  }

  async remove(id: number): Promise<void> {
    await told(async () => {
      const change = (await this.#database()).transaction(['photos', 'pictures', 'thumbnails'], 'readwrite');
      await Promise.all([
        change.objectStore('photos').delete(id),
        change.objectStore('pictures').delete(id),
        change.objectStore('thumbnails').delete(id),
        change.done,
      ]);
    });
  }

  /** All photos and their boxes; the names of the classes stay. */
  async removeAll(): Promise<void> {
    await told(async () => {
      const change = (await this.#database()).transaction(['photos', 'pictures', 'thumbnails'], 'readwrite');
      await Promise.all([
        change.objectStore('photos').clear(),
        change.objectStore('pictures').clear(),
        change.objectStore('thumbnails').clear(),
        change.done,
      ]);
    });
  }

  /** The JPEG file of the photo; undefined when it was deleted, in another tab perhaps. */
  picture(id: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return told(async () => (await this.#database()).get('pictures', id));
  }

  thumbnail(id: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return told(async () => (await this.#database()).get('thumbnails', id));
  }
}

async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (fault) {
    throw collectionProblem(fault);
  }
}
