/** The collection as the screens see it: what is kept, what could not be kept, and the ways to change it. */
import {computed, signal} from '@preact/signals';

import {UNTOUCHED, type Labelling} from '../boxes/labelling.ts';
import {Collection} from './collection.ts';
import {collectionProblem, type CollectionProblem} from './problem.ts';
import type {PhotoRecord, PreparedPhoto} from './record.ts';

/** Where a photo came to: `known` was there before, from the very same file. */
export interface Shelved {
  readonly record: PhotoRecord;
  readonly known: boolean;
}

export class Shelf {
  /** In the order in which they were added, with the newest labelling, kept or not. */
  readonly photos = signal<readonly PhotoRecord[]>([]);
  /** Names by class id. Empty until the person gives them. */
  readonly classes = signal<readonly string[]>([]);
  readonly state = signal<'closed' | 'open' | CollectionProblem>('closed');
  /** Why the last changes are on the screen but not in the storage; null when all is kept. */
  readonly unkept = signal<CollectionProblem | null>(null);
  readonly allKept = computed(() => this.unkept.value === null);

  readonly #open: () => Promise<Collection>;
  #opening: Promise<Collection> | null = null;
  /** Ids of photos whose labelling is newer here than in the storage. */
  readonly #behind = new Set<number>();
  /** Changes reach the storage one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(open: () => Promise<Collection> = () => Collection.open()) {
    this.#open = open;
  }

  /** Reads what is kept, the first time. Rejects with CollectionProblem, which is in `state` too. */
  async opened(): Promise<void> {
    try {
      await this.#collection();
    } catch (fault) {
      this.state.value = collectionProblem(fault);
      throw this.state.value;
    }
  }

  /** Reads again what another tab may have changed, unless something here still waits to be kept. */
  async refresh(): Promise<void> {
    if (this.state.value !== 'open' || this.#behind.size > 0) return;
    await this.#changed(async collection => {
      const [photos, classes] = await Promise.all([collection.photos(), collection.classes()]);
      if (this.#behind.size > 0) return; // a box was drawn meanwhile: what was read is older
      this.photos.value = photos;
      this.classes.value = classes;
    });
  }

  find(id: number): PhotoRecord | undefined {
    return this.photos.value.find(record => record.id === id);
  }

  /** Rejects with CollectionProblem when there is no room: the photo is not added, all others stay. */
  add(photo: PreparedPhoto, labelling: Labelling = UNTOUCHED): Promise<Shelved> {
    return this.#changed(async collection => {
      const same = photo.source === null ? undefined : this.#withSource(photo.source);
      if (same) return {record: same, known: true};
      const record = await collection.add(photo, labelling);
      this.photos.value = [...this.photos.value, record];
      return {record, known: false};
    });
  }

  /** Shows the labelling at once and keeps it; when that fails, `unkept` says so and the next change tries again. */
  async label(id: number, labelling: Labelling): Promise<void> {
    this.photos.value = this.photos.value.map(record => (record.id === id ? {...record, labelling} : record));
    this.#behind.add(id);
    await this.keep();
  }

  /** Writes what is not in the storage yet. */
  async keep(): Promise<void> {
    try {
      await this.#changed(async collection => {
        for (const id of [...this.#behind]) {
          const record = this.find(id);
          if (record) await collection.update(record);
          // What changed meanwhile has its own turn.
          if (this.find(id) === record) this.#behind.delete(id);
        }
      });
      this.unkept.value = null;
    } catch (fault) {
      this.unkept.value = collectionProblem(fault);
    }
  }

  async rename(names: readonly string[]): Promise<void> {
    await this.#changed(async collection => {
      await collection.setClasses(names);
      this.classes.value = names;
    });
  }

  async remove(id: number): Promise<void> {
    await this.#changed(async collection => {
      await collection.remove(id);
      this.#behind.delete(id);
      this.photos.value = this.photos.value.filter(record => record.id !== id);
    });
    if (!this.allKept.value) await this.keep();
  }

  async removeAll(): Promise<void> {
    await this.#changed(async collection => {
      await collection.removeAll();
      this.#behind.clear();
      this.photos.value = [];
      this.unkept.value = null;
    });
  }

  async picture(id: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return (await this.#collection()).picture(id);
  }

  async thumbnail(id: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return (await this.#collection()).thumbnail(id);
  }

  #withSource(source: string): PhotoRecord | undefined {
    return this.photos.value.find(record => record.source === source);
  }

  #collection(): Promise<Collection> {
    this.#opening ??= this.#read().catch((fault: unknown) => {
      this.#opening = null;
      throw fault;
    });
    return this.#opening;
  }

  async #read(): Promise<Collection> {
    const collection = await this.#open();
    this.classes.value = await collection.classes();
    this.photos.value = await collection.photos();
    this.state.value = 'open';
    return collection;
  }

  #changed<T>(change: (collection: Collection) => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => change(await this.#collection()));
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/** The one collection of this browser. */
export const shelf = new Shelf();
