import {strFromU8, unzipSync} from 'fflate';
import {expect, test} from 'vitest';

import {NOTHING_HERE, UNTOUCHED} from '../../../src/label/boxes/labelling.ts';
import {datasetZip, zipName} from '../../../src/label/export/dataset-zip.ts';
import {truth} from '../photos.ts';

const base = {width: 400, height: 200, sizeBytes: 9, addedAt: 0, source: null};
const photos = [
  {...base, id: 1, labelling: {boxes: [truth(0)], done: true}},
  {...base, id: 2, labelling: NOTHING_HERE},
  {...base, id: 3, labelling: UNTOUCHED},
];
const created = new Date(2026, 10, 24, 23, 59);

async function unpacked(picture: (id: number) => Promise<Uint8Array<ArrayBuffer> | undefined>) {
  const zip = await datasetZip({photos, classes: ['a'], picture}, created, () => undefined);
  return unzipSync(new Uint8Array(await zip.arrayBuffer()));
}

test('the zip holds the labelled photos byte by byte, and what is on them', async () => {
  const files = await unpacked(id => Promise.resolve(new Uint8Array([id, id, id])));
  expect(Object.keys(files)).toEqual(['photos/00001.jpg', 'photos/00002.jpg', 'annotations.json']);
  expect(files['photos/00002.jpg']).toEqual(new Uint8Array([2, 2, 2]));
  const listed = JSON.parse(strFromU8(files['annotations.json']!)) as {images: {file_name: string}[]};
  expect(listed.images.map(image => image.file_name)).toEqual(['photos/00001.jpg', 'photos/00002.jpg']);
});

test('only one photo is asked for at a time', async () => {
  let open = 0;
  let most = 0;
  await unpacked(async id => {
    most = Math.max(most, ++open);
    await Promise.resolve();
    open -= 1;
    return new Uint8Array([id]);
  });
  expect(most).toBe(1);
});

test('a photo that is gone meanwhile is neither packed nor listed', async () => {
  const files = await unpacked(id => Promise.resolve(id === 1 ? undefined : new Uint8Array([id])));
  expect(Object.keys(files)).toEqual(['photos/00002.jpg', 'annotations.json']);
  const listed = JSON.parse(strFromU8(files['annotations.json']!)) as {
    images: unknown[];
    annotations: unknown[];
  };
  expect(listed.images).toHaveLength(1);
  expect(listed.annotations).toEqual([]);
});

test('what goes wrong on the way is heard', async () => {
  await expect(unpacked(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
});

test('the zip is named after the day', () => {
  expect(zipName(created)).toBe('labelled-photos-2026-11-24.zip');
});
