import {expect, test} from 'vitest';

import {NOTHING_HERE, UNTOUCHED, type Labelling} from '../../../src/label/boxes/labelling.ts';
import type {PhotoRecord} from '../../../src/label/collection/photo-database.ts';
import {makeCocoDocument, toCocoBox} from '../../../src/label/export/coco.ts';
import {golden} from '../../golden.ts';
import {truth} from '../photos.ts';

const created = new Date('2026-11-24T10:00:00Z');

function record(id: number, labelling: Labelling): PhotoRecord {
  return {id, width: 400, height: 200, sizeBytes: 9, addedAt: 0, source: null, labelling};
}

test('boxes are in pixels of the photo in the zip', () => {
  const document = makeCocoDocument([record(7, {boxes: [truth(1)], done: true})], ['a', 'b'], created);
  expect(document.images).toEqual([{id: 7, file_name: 'photos/00007.jpg', width: 400, height: 200}]);
  expect(document.annotations).toEqual([
    {id: 1, image_id: 7, category_id: 2, bbox: [200, 50, 200, 100], area: 20000, iscrowd: 0},
  ]);
});

test('a photo with nothing on it is listed without boxes; one that nobody looked at or checked is not listed', () => {
  const photos = [
    record(1, NOTHING_HERE),
    record(2, UNTOUCHED),
    record(3, {boxes: [truth(0)], done: false}),
    record(4, {boxes: [truth(0)], done: true}),
  ];
  const document = makeCocoDocument(photos, ['a', 'b'], created);
  expect(document.images.map(({id}) => id)).toEqual([1, 4]);
  expect(document.annotations.map(({image_id}) => image_id)).toEqual([4]);
});

test('a class without a box is left out, which training would refuse', () => {
  const document = makeCocoDocument([record(1, {boxes: [truth(1)], done: true})], ['a', 'b'], created);
  expect(document.categories).toEqual([{id: 2, name: 'b'}]);
});

test('a box of a class that is gone is left out, and a photo with no other box is not listed as empty', () => {
  const photos = [
    record(1, {boxes: [truth(0), truth(1)], done: true}),
    record(2, {boxes: [truth(1)], done: true}),
  ];
  const document = makeCocoDocument(photos, ['a'], created);
  expect(document.images.map(({id}) => id)).toEqual([1]);
  expect(document.annotations.map(({category_id}) => category_id)).toEqual([1]);
});

interface BoxCase {
  readonly box: [number, number, number, number];
  readonly width: number;
  readonly height: number;
  readonly coco: readonly number[];
}

test('boxes are the same as Python’s', () => {
  const {cases} = golden('boxes') as {cases: readonly BoxCase[]};
  expect(cases.length).toBeGreaterThan(10);
  for (const {box, width, height, coco} of cases) {
    const [ymin, xmin, ymax, xmax] = box;
    const found = toCocoBox({ymin, xmin, ymax, xmax}, {width, height});
    // Written to a thousandth of a pixel.
    found.forEach((value, i) => expect(Math.abs(value - coco[i]!)).toBeLessThanOrEqual(0.0006));
  }
});
