import 'fake-indexeddb/auto';
import {afterEach, expect, test, vi} from 'vitest';

import {adding, addPhotos, summary} from '../../../src/label/adding/add-photos.ts';
import {Collection} from '../../../src/label/collection/collection.ts';
import {CollectionProblem, PhotoDatabase} from '../../../src/label/collection/photo-database.ts';
import {PhotoProblem} from '../../../src/vision/photo.ts';
import {photo} from '../photos.ts';

afterEach(() => void vi.unstubAllGlobals());

const files = (...names: string[]) => names.map(name => new File([name], name));

async function prepare(file: Blob) {
  const name = await file.text();
  if (name.startsWith('broken')) throw new PhotoProblem('It is broken.');
  return photo(name);
}

test('good photos come in, a broken one is named, and one that is there is not taken twice', async () => {
  const collection = new Collection(() => PhotoDatabase.open('add'));
  const result = await addPhotos(collection, files('a', 'broken.jpg', 'b', 'a'), prepare);
  expect(collection.photos.value).toHaveLength(2);
  expect(summary(result)).toEqual([
    'Added 2 photos.',
    '1 photo was here already.',
    'broken.jpg was left out. It is broken.',
  ]);
  expect(adding.value).toBeNull();
});

test('nothing waits for the person whom the browser asks whether the photos may stay', async () => {
  const persist = vi.fn(() => new Promise<boolean>(() => undefined));
  vi.stubGlobal('navigator', {storage: {persisted: () => Promise.resolve(false), persist}});
  const collection = new Collection(() => PhotoDatabase.open('add asking'));
  const result = await addPhotos(collection, files('a'), prepare);
  expect(summary(result)).toEqual(['Added 1 photo.']);
  await vi.waitFor(() => expect(persist).toHaveBeenCalled());
});

test('a full storage ends it, and says how many are missing', async () => {
  const database = await PhotoDatabase.open('add full');
  const add = database.add.bind(database);
  let taken = 0;
  database.add = async (...given) => {
    if (++taken > 1) throw new CollectionProblem('full', 'It is full.');
    return add(...given);
  };
  const collection = new Collection(() => Promise.resolve(database));
  const result = await addPhotos(collection, files('a', 'b', 'c'), prepare);
  expect(summary(result)).toEqual(['Added 1 photo.', '2 photos could not be added. It is full.']);
  expect(collection.photos.value).toHaveLength(1);
});
