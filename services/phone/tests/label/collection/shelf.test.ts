import 'fake-indexeddb/auto';

import {forceCloseDatabase} from 'fake-indexeddb';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';

import {NOTHING_HERE} from '../../../src/label/boxes/labelling.ts';
import {Collection} from '../../../src/label/collection/collection.ts';
import {CollectionProblem} from '../../../src/label/collection/problem.ts';
import {Shelf} from '../../../src/label/collection/shelf.ts';
import {photo, truth} from '../making.ts';

let name: string;
let databases = 0;
const open = () => Collection.open(name);

beforeEach(() => {
  name = `collection-${databases++}`;
});

afterEach(() => void vi.restoreAllMocks());

/** A storage that is full from `fullFrom` on, and has room again from `roomFrom` on, counted in writes. */
async function crowded(from: number, until: number): Promise<Shelf> {
  const collection = await open();
  let writes = 0;
  const full = () => {
    writes += 1;
    if (writes >= from && writes < until) throw new CollectionProblem('full', 'full');
  };
  const add = collection.add.bind(collection);
  const update = collection.update.bind(collection);
  collection.add = async (...given) => (full(), add(...given));
  collection.update = async (...given) => (full(), update(...given));
  return new Shelf(() => Promise.resolve(collection));
}

describe('the collection', () => {
  test('is the same after the page was loaded again', async () => {
    const before = new Shelf(open);
    await before.rename(['raccoon', 'kangaroo']);
    const {record} = await before.add(photo('a'));
    await before.add(photo('b'), NOTHING_HERE);
    await before.label(record.id, {boxes: [truth(1)], done: true});

    const after = new Shelf(open);
    await after.opened();
    expect(after.classes.value).toEqual(['raccoon', 'kangaroo']);
    expect(after.photos.value).toEqual(before.photos.value);
    expect(after.photos.value[0]!.labelling.boxes).toEqual([truth(1)]);
    expect(await after.picture(record.id)).toEqual(photo('a').picture);
    expect(await after.thumbnail(record.id)).toEqual(photo('a').thumbnail);
  });

  test('knows a file again, and keeps what was said about it', async () => {
    const shelf = new Shelf(open);
    const first = await shelf.add(photo('same'), NOTHING_HERE);
    const second = await shelf.add(photo('same'));
    expect(second).toEqual({record: first.record, known: true});
    expect(shelf.photos.value).toHaveLength(1);
  });

  test('takes every photo where the browser computes no checksums', async () => {
    const shelf = new Shelf(open);
    await shelf.add({...photo('same'), source: null});
    await shelf.add({...photo('same'), source: null});
    expect(shelf.photos.value).toHaveLength(2);
  });

  test('forgets a deleted photo with its files', async () => {
    const shelf = new Shelf(open);
    const {record} = await shelf.add(photo('a'));
    await shelf.remove(record.id);
    const after = new Shelf(open);
    await after.opened();
    expect(after.photos.value).toEqual([]);
    expect(await after.picture(record.id)).toBeUndefined();
  });

  test('sees what another tab did when the page is looked at again', async () => {
    const [here, there] = [new Shelf(open), new Shelf(open)];
    await Promise.all([here.opened(), there.opened()]);
    await there.add(photo('a'));
    await here.refresh();
    expect(here.photos.value).toHaveLength(1);
  });
});

test('a box that is drawn while the storage is read again stays', async () => {
  const collection = await open();
  const shelf = new Shelf(() => Promise.resolve(collection));
  const {record} = await shelf.add(photo('a'));
  const read = collection.photos.bind(collection);
  let drawn: Promise<void> | undefined;
  collection.photos = async () => {
    const photos = await read();
    drawn = shelf.label(record.id, {boxes: [truth(0)], done: true});
    return photos;
  };
  await shelf.refresh();
  await drawn;
  expect(shelf.find(record.id)?.labelling.boxes).toEqual([truth(0)]);
  expect((await read())[0]!.labelling.boxes).toEqual([truth(0)]);
});

describe('a full storage', () => {
  test('takes no further photo and loses none', async () => {
    const shelf = await crowded(2, Infinity);
    await shelf.add(photo('a'));
    await expect(shelf.add(photo('b'))).rejects.toMatchObject({code: 'full'});
    expect(shelf.photos.value).toHaveLength(1);
    expect(await (await open()).photos()).toHaveLength(1);
  });

  test('leaves a new box on the screen, says so, and keeps it as soon as there is room', async () => {
    const shelf = await crowded(2, 3);
    const {record} = await shelf.add(photo('a'));
    await shelf.label(record.id, {boxes: [truth(0)], done: true});
    expect(shelf.unkept.value?.code).toBe('full');
    expect(shelf.find(record.id)?.labelling.boxes).toEqual([truth(0)]);

    await shelf.keep();
    expect(shelf.unkept.value).toBeNull();
    expect((await (await open()).photos())[0]!.labelling.boxes).toEqual([truth(0)]);
  });

  test('is not overwritten by what another tab had while changes wait here', async () => {
    const shelf = await crowded(2, Infinity);
    const {record} = await shelf.add(photo('a'));
    await shelf.label(record.id, NOTHING_HERE);
    await shelf.refresh();
    expect(shelf.find(record.id)?.labelling).toEqual(NOTHING_HERE);
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
  const shelf = new Shelf(open);
  const {record} = await shelf.add(photo('a'));

  const writing = shelf.label(record.id, NOTHING_HERE);
  forceCloseDatabase(opened[0] as unknown as Parameters<typeof forceCloseDatabase>[0]);
  await writing;
  await shelf.keep();
  expect(shelf.unkept.value).toBeNull();
  expect(opened).toHaveLength(2);
  expect((await (await open()).photos())[0]!.labelling).toEqual(NOTHING_HERE);
});

test('a browser without storage is told as one', async () => {
  const shelf = new Shelf(() => Promise.reject(new CollectionProblem('unavailable', 'no storage')));
  await expect(shelf.opened()).rejects.toThrow('no storage');
  expect(shelf.state.value).toMatchObject({code: 'unavailable'});
});
