import {expect, test} from 'vitest';

import {
  confirmed,
  NOTHING_HERE,
  statusOf,
  UNTOUCHED,
  withBox,
  withClass,
  withoutBox,
  withShape,
} from '../../../src/label/boxes/labelling.ts';

const truth = {classId: 0, box: {ymin: 0, xmin: 0, ymax: 0.5, xmax: 0.5}};

test('a photo nobody looked at is to do, not an example of nothing', () => {
  expect(statusOf(UNTOUCHED)).toBe('to-do');
  expect(statusOf(NOTHING_HERE)).toBe('nothing-here');
});

test('boxes of the detector are to check until a person changes or confirms them', () => {
  const proposed = {boxes: [truth, truth], done: false};
  expect(statusOf(proposed)).toBe('to-check');
  expect(statusOf(confirmed(proposed))).toBe('labelled');
  expect(statusOf(withClass(proposed, 0, 1))).toBe('labelled');
});

test('a box on a photo marked as empty takes the mark away', () => {
  expect(statusOf(withBox(NOTHING_HERE, truth))).toBe('labelled');
});

test('shaping a box that is not there says nothing about the photo', () => {
  expect(withShape(UNTOUCHED, 0, truth.box)).toBe(UNTOUCHED);
  expect(withShape(NOTHING_HERE, 0, truth.box)).toBe(NOTHING_HERE);
});

test('deleting the last box does not say that nothing is there', () => {
  expect(statusOf(withoutBox(withBox(UNTOUCHED, truth), 0))).toBe('to-do');
});
