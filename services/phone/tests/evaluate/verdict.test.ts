import {expect, test} from 'vitest';

import {decideVerdict} from '../../src/evaluate/verdict.ts';
import type {Evaluation} from '../../src/metrics/evaluation.ts';

function measured(changes: Partial<Evaluation> & {right: number; wrong: number; missed: number}): Evaluation {
  const {right, wrong, missed, ...rest} = changes;
  return {
    photos: 12,
    emptyPhotos: 3,
    ap50: 0.9,
    perClass: [],
    counts: {truePositives: right, falsePositives: wrong, falseNegatives: missed},
    falsePositivesPerEmptyPhoto: 0,
    ...rest,
  };
}

test('a version that finds nearly everything can be trusted, and says on what that rests', () => {
  const verdict = decideVerdict(measured({right: 14, wrong: 1, missed: 1}), 0);
  expect(verdict.trust).toBe('good');
  expect(verdict.reasons).toEqual([
    'This phone gives the server’s answers on all 12 photos.',
    'It found 14 of 15 objects.',
    '1 of its 15 boxes is wrong.',
    'It drew nothing on the 3 photos with nothing on them.',
  ]);
});

test('many wrong boxes spoil the trust as much as missed objects do', () => {
  expect(decideVerdict(measured({right: 9, wrong: 6, missed: 0}), 0).trust).toBe('mixed');
  expect(decideVerdict(measured({right: 9, wrong: 0, missed: 5}), 0).trust).toBe('mixed');
  expect(decideVerdict(measured({right: 3, wrong: 9, missed: 0}), 0).trust).toBe('poor');
  expect(decideVerdict(measured({right: 0, wrong: 0, missed: 9}), 0).trust).toBe('poor');
});

test('a phone that answers otherwise than the server is not to be trusted, however good the version', () => {
  const verdict = decideVerdict(measured({right: 15, wrong: 0, missed: 0}), 2);
  expect(verdict.trust).toBe('differs');
  expect(verdict.reasons[0]).toBe('This phone answers differently from the server on 2 of 12 photos.');
});

test('photos with nothing on them alone tell only what is drawn by mistake', () => {
  const empty = {photos: 3, emptyPhotos: 3, ap50: null, right: 0, missed: 0};
  expect(decideVerdict(measured({...empty, wrong: 0}), 0).trust).toBe('unknown');
  expect(decideVerdict(measured({...empty, wrong: 6, falsePositivesPerEmptyPhoto: 2}), 0)).toMatchObject({
    trust: 'poor',
    reasons: expect.arrayContaining(['It drew 6 boxes on the 3 photos with nothing on them.']) as unknown,
  });
});

test('one of a kind is told in the singular', () => {
  const one = measured({
    photos: 1,
    emptyPhotos: 0,
    falsePositivesPerEmptyPhoto: null,
    right: 1,
    wrong: 0,
    missed: 0,
  });
  expect(decideVerdict(one, 0).reasons.slice(0, 3)).toEqual([
    'This phone gives the server’s answers on the one photo.',
    'It found 1 of 1 object.',
    'None of its 1 box is wrong.',
  ]);
});
