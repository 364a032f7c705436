import {describe, expect, test} from 'vitest';

import type {Box} from '../../src/vision/box.ts';
import {boxInView, fitPhoto, labelPosition, type Fit, type Size} from '../../src/vision/overlay.ts';
import {golden} from '../golden.ts';

interface Case {
  box: [number, number, number, number];
  photo: Size;
  view: Size;
  fit: Fit;
  mirrored: boolean;
  screen: {left: number; top: number; width: number; height: number};
}

const {cases} = golden('overlay') as {cases: Case[]};
const boxOf = ([ymin, xmin, ymax, xmax]: Case['box']): Box => ({ymin, xmin, ymax, xmax});

describe('a box on the screen', () => {
  test.each(cases)(
    'is where Python says: $fit, mirrored $mirrored',
    ({box, photo, view, fit, mirrored, screen}) => {
      const found = boxInView(boxOf(box), fitPhoto(photo, view, fit), {mirrored});
      for (const edge of ['left', 'top', 'width', 'height'] as const) {
        expect(found[edge]).toBeCloseTo(screen[edge], 3);
      }
    },
  );

  test('of the whole photo covers the view under cover, and lies in it under contain', () => {
    const [photo, view] = [
      {width: 300, height: 400},
      {width: 400, height: 300},
    ];
    const cover = fitPhoto(photo, view, 'cover');
    expect(cover.left).toBe(0);
    expect(cover.top).toBeLessThan(0);
    const contain = fitPhoto(photo, view, 'contain');
    expect(contain.top).toBe(0);
    expect(contain.left).toBeGreaterThan(0);
  });
});

describe('a label', () => {
  const view = {width: 300, height: 400};
  const label = {width: 90, height: 20};

  test('sits on top of its box', () => {
    expect(labelPosition({left: 50, top: 100, width: 80, height: 80}, label, view)).toEqual({
      left: 50,
      top: 80,
    });
  });

  test('goes inside where there is no room above', () => {
    expect(labelPosition({left: 50, top: 10, width: 80, height: 80}, label, view)).toEqual({
      left: 50,
      top: 10,
    });
  });

  test('stays in view when its box hangs over the edge', () => {
    const place = labelPosition({left: 280, top: -50, width: 80, height: 80}, label, view);
    expect(place).toEqual({left: 210, top: 0});
  });
});
