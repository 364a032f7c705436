import {expect, test} from 'vitest';

import {changed, redone, startHistory, undone} from '../../../src/label/boxes/undo-history.ts';

test('what was done is undone and done again, step by step', () => {
  const history = changed(changed(startHistory('a'), 'b'), 'c');
  expect(undone(history).now).toBe('b');
  expect(undone(undone(undone(history))).now).toBe('a');
  expect(redone(redone(undone(undone(history)))).now).toBe('c');
  expect(redone(history)).toBe(history);
});

test('a change after undoing forgets what was undone', () => {
  const history = changed(undone(changed(startHistory('a'), 'b')), 'c');
  expect(redone(history).now).toBe('c');
  expect(undone(history).now).toBe('a');
});

test('a run of the same small changes is one step', () => {
  let history = changed(startHistory(0), 1);
  for (const value of [2, 3, 4]) history = changed(history, value, 'move 0');
  expect(undone(history).now).toBe(1);
  history = changed(history, 5, 'move 1');
  expect(undone(history).now).toBe(4);
});

test('a run does not go on over an undo', () => {
  const history = changed(undone(changed(changed(startHistory(0), 1, 'run'), 2, 'other')), 3, 'run');
  expect(undone(history).now).toBe(1);
});
