import {expect, test} from 'vitest';

import {describeAccuracy, describeLoss} from '../../../src/evaluate/curves/describe.ts';
import type {Curves} from '../../../src/evaluate/curves/history.ts';

const CURVES: Curves = {
  epochs: [1, 2, 3],
  loss: [2, null, 0.25],
  ap50: [0.1, 0.75, 0.5],
  ap: [null, null, null],
  borders: [],
};

test('the best epoch is named, not the last', () => {
  expect(describeAccuracy(CURVES)).toBe('AP50 on validation photos was highest, 0.750, after epoch 2 of 3.');
});

test('the loss is told from the first to the last', () => {
  expect(describeLoss(CURVES)).toBe('The loss went from 2.00 to 0.250.');
});

test('what was not measured is said to be so', () => {
  const nothing = [null, null, null];
  expect(describeAccuracy({...CURVES, ap50: nothing})).toBe('It was not measured during this training.');
  expect(describeLoss({...CURVES, loss: nothing})).toBe('It was not recorded.');
});
