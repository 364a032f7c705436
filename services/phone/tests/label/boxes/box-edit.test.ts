import {describe, expect, test} from 'vitest';

import {boxBetween, isLargeEnough, moved, resized} from '../../../src/label/boxes/box-edit.ts';

const photo = {width: 1000, height: 500};
const box = {ymin: 0.2, xmin: 0.3, ymax: 0.6, xmax: 0.5};

describe('a drawn box', () => {
  test('spans two points in whatever order they come', () => {
    const expected = {ymin: 0.2, xmin: 0.1, ymax: 0.8, xmax: 0.6};
    expect(boxBetween({x: 0.1, y: 0.2}, {x: 0.6, y: 0.8})).toEqual(expected);
    expect(boxBetween({x: 0.6, y: 0.2}, {x: 0.1, y: 0.8})).toEqual(expected);
  });

  test('ends at the edge of the photo', () => {
    expect(boxBetween({x: -0.5, y: 0.5}, {x: 0.5, y: 1.7})).toEqual({ymin: 0.5, xmin: 0, ymax: 1, xmax: 0.5});
  });

  test('is too small below six pixels of the photo', () => {
    expect(isLargeEnough({ymin: 0, xmin: 0, ymax: 0.1, xmax: 0.0059}, photo)).toBe(false);
    expect(isLargeEnough({ymin: 0, xmin: 0, ymax: 0.012, xmax: 0.006}, photo)).toBe(true);
  });
});

describe('a moved box', () => {
  test('keeps its size and stops at the edges', () => {
    const {ymin, xmin, ymax, xmax} = moved(box, {x: 0.9, y: -0.9});
    expect([xmax, ymin]).toEqual([1, 0]);
    expect(xmax - xmin).toBeCloseTo(0.2);
    expect(ymax - ymin).toBeCloseTo(0.4);
  });
});

describe('a resized box', () => {
  test('follows a corner with two edges and a middle with one', () => {
    const to = {x: 0.9, y: 0.9};
    expect(resized(box, {across: 'right', down: 'bottom'}, to, photo)).toEqual({
      ...box,
      xmax: 0.9,
      ymax: 0.9,
    });
    expect(resized(box, {across: null, down: 'top'}, {x: 0.9, y: 0.1}, photo)).toEqual({...box, ymin: 0.1});
  });

  test('never turns inside out nor leaves the photo', () => {
    const turned = resized(box, {across: 'left', down: 'top'}, {x: 2, y: 2}, photo);
    expect(isLargeEnough(turned, photo)).toBe(true);
    expect([turned.xmax, turned.ymax]).toEqual([box.xmax, box.ymax]);
    const out = resized(box, {across: 'right', down: 'top'}, {x: 7, y: -7}, photo);
    expect([out.xmax, out.ymin]).toEqual([1, 0]);
  });

  test('stays inside when it lies at the very edge', () => {
    const corner = {ymin: 0, xmin: 0, ymax: 0.001, xmax: 0.001};
    const same = resized(corner, {across: 'left', down: 'top'}, {x: 0.5, y: 0.5}, photo);
    expect(same).toEqual(corner);
  });
});
