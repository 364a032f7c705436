import {describe, expect, test} from 'vitest';

import {boxesAt, HANDLE_REACH_PX, handleAt, handlesOf} from '../../../src/label/boxes/handles.ts';

const large = {left: 100, top: 100, width: 200, height: 300};
const tiny = {left: 100, top: 100, width: 24, height: 24};

describe('a handle', () => {
  test('is hit on 44 pixels around it', () => {
    expect(HANDLE_REACH_PX * 2).toBeGreaterThanOrEqual(44);
    expect(handleAt(large, {x: 100 - 22, y: 100 + 22})?.name).toBe('top-left');
    expect(handleAt(large, {x: 100 - 23, y: 100})).toBeNull();
    expect(handleAt(large, {x: 300, y: 260})?.name).toBe('right');
  });

  test('of a small box leaves room to move the box by', () => {
    expect(handleAt(tiny, {x: 112, y: 112})).toBeNull();
    expect(handleAt(tiny, {x: 125, y: 125})?.name).toBe('bottom-right');
    expect(handleAt(tiny, {x: 101, y: 101})?.name).toBe('top-left');
  });

  test('in the middle of a side is there only where it is in nobody’s way', () => {
    expect(handlesOf(large)).toHaveLength(8);
    expect(handlesOf({...large, width: 100})).toHaveLength(6);
    expect(handlesOf(tiny)).toHaveLength(4);
  });
});

describe('boxes under a finger', () => {
  const view = {left: 0, top: 0, width: 100, height: 100};
  const boxes = [
    {classId: 0, box: {ymin: 0, xmin: 0, ymax: 1, xmax: 1}},
    {classId: 1, box: {ymin: 0.4, xmin: 0.4, ymax: 0.6, xmax: 0.6}},
    {classId: 1, box: {ymin: 0, xmin: 0.8, ymax: 0.1, xmax: 1}},
  ];

  test('come smallest first, so that none is hidden', () => {
    expect(boxesAt(boxes, view, {x: 50, y: 50})).toEqual([1, 0]);
    expect(boxesAt(boxes, view, {x: 10, y: 90})).toEqual([0]);
    expect(boxesAt(boxes, view, {x: 110, y: 90})).toEqual([]);
  });
});
