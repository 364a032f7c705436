import {expect, test} from 'vitest';

import {disagreements} from '../../src/metrics/agreement.ts';
import {box} from './golden-cases.ts';

const HERE = box([0.1, 0.1, 0.5, 0.5]);
const NEARLY_HERE = box([0.1, 0.1, 0.5, 0.49]);
const SHIFTED = box([0.1, 0.15, 0.5, 0.55]);
const sure = {classId: 0, score: 0.9, box: HERE};

test('the same answer agrees, whatever its order and its last digits', () => {
  const other = {classId: 1, score: 0.8, box: SHIFTED};
  expect(disagreements([sure, other], [other, {...sure, score: 0.89, box: NEARLY_HERE}], 0.5)).toEqual([]);
});

test('a box that only one of the two has is a disagreement, from either side', () => {
  expect(disagreements([sure], [], 0.5)).toEqual([sure]);
  expect(disagreements([], [sure], 0.5)).toEqual([sure]);
});

test('a box of another class or at another place is not the same', () => {
  expect(disagreements([sure], [{...sure, classId: 1}], 0.5)).toHaveLength(2);
  expect(disagreements([sure], [{...sure, box: SHIFTED}], 0.5)).toHaveLength(2);
});

test('what is close to the threshold may be there or not', () => {
  expect(disagreements([{...sure, score: 0.54}], [], 0.5)).toEqual([]);
});

test('one box cannot stand for two', () => {
  expect(disagreements([sure, {...sure, score: 0.8}], [sure], 0.5)).toEqual([{...sure, score: 0.8}]);
});
