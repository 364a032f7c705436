import {forceCloseDatabase} from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';

import {NOTHING_HERE} from '../../../src/label/boxes/labelling.ts';
import {Collection} from '../../../src/label/collection/collection.ts';
import {CollectionProblem, PhotoDatabase} from '../../../src/label/collection/photo-database.ts';
import {photo, truth} from '../photos.ts';

let name: string;
let databases = 0;
const open = () => PhotoDatabase.open(name);

beforeEach(() => {
  name = `collection-${databases++}`;
});

afterEach(() => void vi.restoreAllMocks());

/** A storage that is full from `fullFrom` on, and has room again from `roomFrom` on, counted in writes. */
async function crowded(from: number, until: number): Promise<Collection> {
  const database = await open();
  let writes = 0;
  const full = () => {
    writes += 1;
    if (writes >= from && writes < until) throw new CollectionProblem('full', 'full');
  };
  const add = database.add.bind(database);
  const update = database.update.bind(database);
  database.add = async (...given) => (full(), add(...given));
  database.update = async (...given) => (full(), update(...given));
  return new Collection(() => Promise.resolve(database));
}

describe('the collection', () => {
  test('is the same after the page was loaded again', async () => {
    const before = new Collection(open);
    await before.rename(['raccoon', 'kangaroo']);
    const {record} = await before.add(photo('a'));
    await before.add(photo('b'), NOTHING_HERE);
    await before.label(record.id, {boxes: [truth(1)], done: true});

    const after = new Collection(open);
    await after.open();
    expect(after.classes.value).toEqual(['raccoon', 'kangaroo']);
    expect(after.photos.value).toEqual(before.photos.value);
    expect(after.photos.value[0]!.labelling.boxes).toEqual([truth(1)]);
    expect(await after.picture(record.id)).toEqual(photo('a').picture);
    expect(await after.thumbnail(record.id)).toEqual(photo('a').thumbnail);
  });

  test('knows a file again, and keeps what was said about it', async () => {
    const collection = new Collection(open);
    const first = await collection.add(photo('same'), NOTHING_HERE);
    const second = await collection.add(photo('same'));
    expect(second).toEqual({record: first.record, isDuplicate: true});
    expect(collection.photos.value).toHaveLength(1);
  });

  test('takes every photo where the browser computes no checksums', async () => {
    const collection = new Collection(open);
    await collection.add({...photo('same'), source: null});
    await collection.add({...photo('same'), source: null});
    expect(collection.photos.value).toHaveLength(2);
  });

  test('forgets a deleted photo with its files', async () => {
    const collection = new Collection(open);
    const {record} = await collection.add(photo('a'));
    await collection.remove(record.id);
    const after = new Collection(open);
    await after.open();
    expect(after.photos.value).toEqual([]);
    expect(await after.picture(record.id)).toBeUndefined();
  });

  test('sees what another tab did when the page is looked at again', async () => {
    const [here, there] = [new Collection(open), new Collection(open)];
    await Promise.all([here.open(), there.open()]);
    await there.add(photo('a'));
    await here.refresh();
    expect(here.photos.value).toHaveLength(1);
  });
});

test('a box that is drawn while the storage is read again stays', async () => {
  const database = await open();
  const collection = new Collection(() => Promise.resolve(database));
  const {record} = await collection.add(photo('a'));
  const read = database.photos.bind(database);
  let drawn: Promise<void> | undefined;
  database.photos = async () => {
    const photos = await read();
    drawn = collection.label(record.id, {boxes: [truth(0)], done: true});
    return photos;
  };
  await collection.refresh();
  await drawn;
  expect(collection.find(record.id)?.labelling.boxes).toEqual([truth(0)]);
  expect((await read())[0]!.labelling.boxes).toEqual([truth(0)]);
});

describe('a full storage', () => {
  test('takes no further photo and loses none', async () => {
    const collection = await crowded(2, Infinity);
    await collection.add(photo('a'));
    await expect(collection.add(photo('b'))).rejects.toMatchObject({code: 'full'});
    expect(collection.photos.value).toHaveLength(1);
    expect(await (await open()).photos()).toHaveLength(1);
  });

  test('leaves a new box on the screen, says so, and keeps it as soon as there is room', async () => {
    const collection = await crowded(2, 3);
    const {record} = await collection.add(photo('a'));
    await collection.label(record.id, {boxes: [truth(0)], done: true});
    expect(collection.unsaved.value?.code).toBe('full');
    expect(collection.find(record.id)?.labelling.boxes).toEqual([truth(0)]);

    await collection.save();
    expect(collection.unsaved.value).toBeNull();
    expect((await (await open()).photos())[0]!.labelling.boxes).toEqual([truth(0)]);
  });

  test('is not overwritten by what another tab had while changes wait here', async () => {
    const collection = await crowded(2, Infinity);
    const {record} = await collection.add(photo('a'));
    await collection.label(record.id, NOTHING_HERE);
    await collection.refresh();
    expect(collection.find(record.id)?.labelling).toEqual(NOTHING_HERE);
  });
});

test('a connection that the browser dropped is opened again, at the latest when somebody tries again', async () => {
  const opened: IDBDatabase[] = [];
  const openDatabase = indexedDB.open.bind(indexedDB);
  vi.spyOn(indexedDB, 'open').mockImplementation((...given) => {
    const request = openDatabase(...given);
    request.addEventListener('success', () => opened.push(request.result));
    return request;
  });
  const collection = new Collection(open);
  const {record} = await collection.add(photo('a'));

  const writing = collection.label(record.id, NOTHING_HERE);
  forceCloseDatabase(opened[0] as unknown as Parameters<typeof forceCloseDatabase>[0]);
  await writing;
  await collection.save();
  expect(collection.unsaved.value).toBeNull();
  expect(opened).toHaveLength(2);
  expect((await (await open()).photos())[0]!.labelling).toEqual(NOTHING_HERE);
});

test('a browser without storage is told as one', async () => {
  const collection = new Collection(() => Promise.reject(new CollectionProblem('unavailable', 'no storage')));
  await expect(collection.open()).rejects.toThrow('no storage');
  expect(collection.state.value).toMatchObject({code: 'unavailable'});
});
