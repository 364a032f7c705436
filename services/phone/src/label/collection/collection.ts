/** The collection of labelled photos, as signals for the screens; changes are written to the database in order. */
import {computed, signal} from '@preact/signals';

import {UNTOUCHED, type Labelling} from '../boxes/labelling.ts';
import {
  collectionProblem,
  PhotoDatabase,
  type CollectionProblem,
  type PhotoRecord,
  type PreparedPhoto,
} from './photo-database.ts';

/** The added photo; `isDuplicate` if the same file was added before. */
export interface AddResult {
  readonly record: PhotoRecord;
  readonly isDuplicate: boolean;
}

export class Collection {
  /** In the order in which they were added, with the latest labelling, saved or not. */
  readonly photos = signal<readonly PhotoRecord[]>([]);
  /** Class names by class id; empty until the person enters them. */
  readonly classes = signal<readonly string[]>([]);
  readonly state = signal<'closed' | 'open' | CollectionProblem>('closed');
  /** Why the latest changes could not be saved; null when everything is saved. */
  readonly unsaved = signal<CollectionProblem | null>(null);
  readonly isSaved = computed(() => this.unsaved.value === null);

  readonly #openDatabase: () => Promise<PhotoDatabase>;
  #opening: Promise<PhotoDatabase> | null = null;
  /** Ids of photos whose latest labelling is not saved yet. */
  readonly #unsavedIds = new Set<number>();
  /** The last change; changes are written one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(open: () => Promise<PhotoDatabase> = () => PhotoDatabase.open()) {
    this.#openDatabase = open;
  }

  /** Loads the collection on the first call. Rejects with CollectionProblem, which is also in `state`. */
  async open(): Promise<void> {
    try {
      await this.#database();
    } catch (fault) {
      this.state.value = collectionProblem(fault);
      throw this.state.value;
    }
  }

  /** Loads changes made in another tab, unless there are unsaved changes here. */
  async refresh(): Promise<void> {
    if (this.state.value !== 'open' || this.#unsavedIds.size > 0) return;
    await this.#enqueue(async database => {
      const [photos, classes] = await Promise.all([database.photos(), database.classes()]);
      if (this.#unsavedIds.size > 0) return; // a box was drawn in the meantime: what was read is outdated
      this.photos.value = photos;
      this.classes.value = classes;
    });
  }

  find(id: number): PhotoRecord | undefined {
    return this.photos.value.find(record => record.id === id);
  }

  /** Rejects with CollectionProblem when the storage is full; the collection is then unchanged. */
  add(photo: PreparedPhoto, labelling: Labelling = UNTOUCHED): Promise<AddResult> {
    return this.#enqueue(async database => {
      const same = photo.source === null ? undefined : this.#findBySource(photo.source);
      if (same) return {record: same, isDuplicate: true};
      const record = await database.add(photo, labelling);
      this.photos.value = [...this.photos.value, record];
      return {record, isDuplicate: false};
    });
  }

  /** Shows the labelling at once and saves it. If saving fails, `unsaved` says why and the next change tries again. */
  async label(id: number, labelling: Labelling): Promise<void> {
    this.photos.value = this.photos.value.map(record => (record.id === id ? {...record, labelling} : record));
    this.#unsavedIds.add(id);
    await this.save();
  }

  /** Saves all unsaved changes. */
  async save(): Promise<void> {
    try {
      await this.#enqueue(async database => {
        for (const id of [...this.#unsavedIds]) {
          const record = this.find(id);
          if (record) await database.update(record);
          // If it has changed in the meantime, a later save writes it.
          if (this.find(id) === record) this.#unsavedIds.delete(id);
        }
      });
      this.unsaved.value = null;
    } catch (fault) {
      this.unsaved.value = collectionProblem(fault);
    }
  }

  async rename(names: readonly string[]): Promise<void> {
    await this.#enqueue(async database => {
      await database.setClasses(names);
      this.classes.value = names;
    });
  }

  async remove(id: number): Promise<void> {
    await this.#enqueue(async database => {
      await database.remove(id);
      this.#unsavedIds.delete(id);
      this.photos.value = this.photos.value.filter(record => record.id !== id);
    });
    if (!this.isSaved.value) await this.save();
  }

  async removeAll(): Promise<void> {
    await this.#enqueue(async database => {
      await database.removeAll();
      this.#unsavedIds.clear();
      this.photos.value = [];
      this.unsaved.value = null;
    });
  }

  async picture(id: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return (await this.#database()).picture(id);
  }

  async thumbnail(id: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return (await this.#database()).thumbnail(id);
  }

  #findBySource(source: string): PhotoRecord | undefined {
    return this.photos.value.find(record => record.source === source);
  }

  #database(): Promise<PhotoDatabase> {
    this.#opening ??= this.#read().catch((fault: unknown) => {
      this.#opening = null;
      throw fault;
    });
    return this.#opening;
  }

  async #read(): Promise<PhotoDatabase> {
    const database = await this.#openDatabase();
    this.classes.value = await database.classes();
    this.photos.value = await database.photos();
    this.state.value = 'open';
    return database;
  }

  #enqueue<T>(change: (database: PhotoDatabase) => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => change(await this.#database()));
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/** The one collection of this browser. */
export const collection = new Collection();

/** Whether the browser promised to keep the photos; null until it was asked. */
export const isPersistent = signal<boolean | null>(null);

/** Asks the browser not to evict the photos. Some browsers prompt the person, so call it once there are photos. */
export async function requestPersistence(): Promise<void> {
  // Browsers offer it only over HTTPS.
  if (!('storage' in navigator)) {
    isPersistent.value = false;
    return;
  }
  isPersistent.value =
    (await navigator.storage.persisted().catch(() => false)) ||
    (await navigator.storage.persist().catch(() => false));
}
