import {expect, test} from 'vitest';

import {
  describeAccuracy,
  describeLoss,
  parseHistory,
  type Curves,
} from '../../../src/evaluate/curves/history.ts';

function epoch(phase: number, number: number, ap50: number): string {
  return JSON.stringify({
    event: 'epoch',
    phase,
    epoch: number,
    loss: 1 / number,
    val_ap50: ap50,
    val_ap: ap50 / 2,
  });
}

const START = JSON.stringify({event: 'started', config: {}});

test('the epochs of both phases are one line, with a border between the phases', () => {
  const curves = parseHistory([START, epoch(1, 1, 0.2), epoch(1, 2, 0.4), epoch(2, 1, 0.6), ''].join('\n'));
  expect(curves?.epochs).toEqual([1, 2, 3]);
  expect(curves?.ap50).toEqual([0.2, 0.4, 0.6]);
  expect(curves?.ap).toEqual([0.1, 0.2, 0.3]);
  expect(curves?.loss).toEqual([1, 0.5, 1]);
  expect(curves?.borders).toEqual([{at: 2.5, phase: 2}]);
});

test('of an epoch that a resumed run tells again the last counts', () => {
  const curves = parseHistory(
    [epoch(1, 1, 0.2), epoch(1, 2, 0.3), epoch(1, 1, 0.2), epoch(1, 2, 0.5)].join('\n'),
  );
  expect(curves?.ap50).toEqual([0.2, 0.5]);
});

test('a number that was not measured is a gap', () => {
  expect(parseHistory(JSON.stringify({event: 'epoch', phase: 1, epoch: 1, loss: 2}))?.ap50).toEqual([null]);
});

test('a history without an epoch, or with a line cut short, does not break the page', () => {
  expect(parseHistory(START)).toBeNull();
  expect(parseHistory('')).toBeNull();
  expect(parseHistory(`${epoch(1, 1, 0.2)}\n{"event": "epo`)?.epochs).toEqual([1]);
});

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
