import {describe, expect, test} from 'vitest';

import {NOTHING_HERE, UNTOUCHED, type Labelling} from '../../../src/label/boxes/labelling.ts';

import * as numbers from '../../../src/label/progress/progress.ts';
import {advice} from '../../../src/label/progress/progress.ts';
import {countProgress, type Progress} from '../../../src/label/progress/progress.ts';
import {golden} from '../../golden.ts';
import {truth} from '../photos.ts';

const record = (id: number, labelling: Labelling) => ({
  id,
  width: 4,
  height: 4,
  sizeBytes: 1,
  addedAt: 0,
  source: null,
  labelling,
});

test('counts what a person said, not what the detector proposed', () => {
  const photos = [
    record(1, {boxes: [truth(0), truth(0), truth(1)], done: true}),
    record(2, {boxes: [truth(1)], done: false}),
    record(3, NOTHING_HERE),
    record(4, UNTOUCHED),
  ];
  expect(countProgress(photos, ['a', 'b'])).toEqual({
    photos: 4,
    labelled: 1,
    nothingHere: 1,
    toCheck: 1,
    toDo: 1,
    classes: [
      {name: 'a', boxes: 2, photos: 1},
      {name: 'b', boxes: 1, photos: 1},
    ],
  });
});

test('a box of a class that is gone counts for nothing', () => {
  const photos = [
    record(1, {boxes: [truth(0), truth(1)], done: true}),
    record(2, {boxes: [truth(1)], done: true}),
  ];
  expect(countProgress(photos, ['a'])).toMatchObject({
    labelled: 1,
    nothingHere: 0,
    toDo: 1,
    classes: [{name: 'a', boxes: 1, photos: 1}],
  });
});

describe('advice', () => {
  const enough: Progress = {
    photos: 110,
    labelled: 100,
    nothingHere: 10,
    toCheck: 0,
    toDo: 0,
    classes: [
      {name: 'a', boxes: 100, photos: 60},
      {name: 'b', boxes: 120, photos: 60},
    ],
  };

  test('is none when there is enough of everything', () => expect(advice(enough)).toEqual([]));

  test('names the class that is missing', () => {
    const [first] = advice({...enough, classes: [enough.classes[0]!, {name: 'b', boxes: 0, photos: 0}]});
    expect(first).toContain('“b”');
  });

  test('asks for photos without anything', () => {
    expect(advice({...enough, nothingHere: 4})).toHaveLength(1);
  });

  test('goes by the numbers of the training job', () => {
    const {FEW_PHOTOS, SOME_PHOTOS, FEW_BOXES, SOME_BOXES, IMBALANCE, FEW_NEGATIVES} = numbers;
    expect({FEW_PHOTOS, SOME_PHOTOS, FEW_BOXES, SOME_BOXES, IMBALANCE, FEW_NEGATIVES}).toEqual(
      golden('dataset_advice'),
    );
  });
});
