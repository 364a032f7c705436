/** The labelled photos in IndexedDB. Each change is atomic. */
import type {DBSchema} from 'idb';

import {Database, isStorageFull} from '../../storage/database.ts';
import type {Labelling} from '../boxes/labelling.ts';

/** A photo without its pixels. */
export interface PhotoRecord {
  readonly id: number;
  /** In pixels; the stored photo is upright, with at most MAX_SIDE pixels per side. */
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
  /** SHA-256 of the original file, to detect duplicates; null over plain http, where browsers offer no SHA-256. */
  readonly source: string | null;
  readonly labelling: Labelling;
}

/** A photo ready to be stored. */
export interface PreparedPhoto {
  readonly width: number;
  readonly height: number;
  readonly source: string | null;
  /** JPEG files. Bytes, not Blobs: some browsers cannot store Blobs in private windows. */
  readonly picture: Uint8Array<ArrayBuffer>;
  readonly thumbnail: Uint8Array<ArrayBuffer>;
}

/** Storage failed; the message says what to do. */
export class CollectionProblem extends Error {
  override readonly name = 'CollectionProblem';
  readonly code: 'full' | 'unavailable';

  constructor(code: 'full' | 'unavailable', message: string) {
    super(message);
    this.code = code;
  }
}

/** The error as a CollectionProblem. */
export function collectionProblem(fault: unknown): CollectionProblem {
  if (fault instanceof CollectionProblem) return fault;
  const name = fault instanceof Error || fault instanceof DOMException ? fault.name : '';
  if (isStorageFull(fault)) {
    return new CollectionProblem(
      'full',
      'The storage of this browser is full. Everything kept so far is still there: download the zip, then ' +
        'delete photos here or make room on the phone.',
    );
  }
  return new CollectionProblem(
    'unavailable',
    `This browser does not keep the photos${name === '' ? '' : ` (${name})`}. Close other tabs of this page and load ` +
      'it again; a private window may keep nothing at all.',
  );
}

const NAME = 'pocket-detector-collection';
const VERSION = 1;

interface Schema extends DBSchema {
  photos: {key: number; value: Omit<PhotoRecord, 'id'> & {id?: number}};
  /** JPEG files by the photo's id; separate from the records, so that loading those is fast. */
  pictures: {key: number; value: Uint8Array<ArrayBuffer>};
  thumbnails: {key: number; value: Uint8Array<ArrayBuffer>};
  settings: {key: 'classes'; value: readonly string[]};
}

/** Every method rejects with CollectionProblem. */
export class PhotoDatabase {
  readonly #database: Database<Schema>;

  private constructor(name: string) {
    this.#database = new Database(name, VERSION, fresh => {
      fresh.createObjectStore('photos', {keyPath: 'id', autoIncrement: true});
      fresh.createObjectStore('pictures');
      fresh.createObjectStore('thumbnails');
      fresh.createObjectStore('settings');
    });
  }

  static async open(name = NAME): Promise<PhotoDatabase> {
    const database = new PhotoDatabase(name);
    await orProblem(() => database.#database.opened());
    return database;
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  /** In the order in which they were added. */
  photos(): Promise<readonly PhotoRecord[]> {
    return orProblem(async () => (await (await this.#database.opened()).getAll('photos')) as PhotoRecord[]);
  }

  /** Class names by class id; empty until the person enters them. */
  classes(): Promise<readonly string[]> {
    return orProblem(async () => (await (await this.#database.opened()).get('settings', 'classes')) ?? []);
  }

  async setClasses(names: readonly string[]): Promise<void> {
    await orProblem(async () => (await this.#database.opened()).put('settings', [...names], 'classes'));
  }

  add(photo: PreparedPhoto, labelling: Labelling, addedAt = Date.now()): Promise<PhotoRecord> {
    const {width, height, source, picture, thumbnail} = photo;
    const record = {width, height, source, labelling, addedAt, sizeBytes: picture.byteLength};
    return orProblem(async () => {
      const change = (await this.#database.opened()).transaction(
        ['photos', 'pictures', 'thumbnails'],
        'readwrite',
      );
      const write = async () => {
        const id = await change.objectStore('photos').add(record);
        const pictures = change.objectStore('pictures').put(picture, id);
        await Promise.all([pictures, change.objectStore('thumbnails').put(thumbnail, id)]);
        return id;
      };
      // Await both: if one request fails, the transaction fails too, and both rejections must be handled.
      const [id] = await Promise.all([write(), change.done]);
      return {...record, id};
    });
  }

  async update(record: PhotoRecord): Promise<void> {
    await orProblem(async () => (await this.#database.opened()).put('photos', record));
  }

  async remove(id: number): Promise<void> {
    await orProblem(async () => {
      const change = (await this.#database.opened()).transaction(
        ['photos', 'pictures', 'thumbnails'],
        'readwrite',
      );
      await Promise.all([
        change.objectStore('photos').delete(id),
        change.objectStore('pictures').delete(id),
        change.objectStore('thumbnails').delete(id),
        change.done,
      ]);
    });
  }

  /** Deletes all photos and their boxes; the class names stay. */
  async removeAll(): Promise<void> {
    await orProblem(async () => {
      const change = (await this.#database.opened()).transaction(
        ['photos', 'pictures', 'thumbnails'],
        'readwrite',
      );
      await Promise.all([
        change.objectStore('photos').clear(),
        change.objectStore('pictures').clear(),
        change.objectStore('thumbnails').clear(),
        change.done,
      ]);
    });
  }

  /** The JPEG file of the photo; undefined if it was deleted, perhaps in another tab. */
  picture(id: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return orProblem(async () => (await this.#database.opened()).get('pictures', id));
  }

  thumbnail(id: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return orProblem(async () => (await this.#database.opened()).get('thumbnails', id));
  }
}

/** Runs `work` and maps its errors to CollectionProblem. */
async function orProblem<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (fault) {
    throw collectionProblem(fault);
  }
}
