/** The labelled photos in this browser's storage. Each change is there as a whole or not at all. */
import type {DBSchema} from 'idb';

import {Database} from '../../storage/database.ts';
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
  readonly #database: Database<Schema>;

  private constructor(name: string) {
    this.#database = new Database(name, VERSION, fresh => {
      fresh.createObjectStore('photos', {keyPath: 'id', autoIncrement: true});
      fresh.createObjectStore('pictures');
      fresh.createObjectStore('thumbnails');
      fresh.createObjectStore('settings');
    });
  }

  static async open(name = NAME): Promise<Collection> {
    const collection = new Collection(name);
    await orProblem(() => collection.#database.opened());
    return collection;
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  /** In the order in which they were added. */
  photos(): Promise<readonly PhotoRecord[]> {
    return orProblem(async () => (await (await this.#database.opened()).getAll('photos')) as PhotoRecord[]);
  }

  /** Names by class id; none until the person gives them. */
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
      // Together: when one request fails the transaction does too, and both must be heard.
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

  /** All photos and their boxes; the names of the classes stay. */
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

  /** The JPEG file of the photo; undefined when it was deleted, in another tab perhaps. */
  picture(id: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return orProblem(async () => (await this.#database.opened()).get('pictures', id));
  }

  thumbnail(id: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return orProblem(async () => (await this.#database.opened()).get('thumbnails', id));
  }
}

/** What `work` gives; a fault of it as a CollectionProblem. */
async function orProblem<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (fault) {
    throw collectionProblem(fault);
  }
}
