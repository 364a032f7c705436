import {describe, expect, test} from 'vitest';

import {
  fitToStage,
  MARGIN,
  MAX_ZOOM,
  onPhoto,
  panned,
  pinched,
  zoomed,
  zoomOf,
} from '../../../src/label/boxes/viewport.ts';

const photo = {width: 1600, height: 1200};
const stage = {width: 400, height: 600};
const fit = fitToStage(photo, stage);

describe('the view', () => {
  test('shows the whole photo in its own aspect, with room around it', () => {
    expect(fit.width).toBe(stage.width - 2 * MARGIN);
    expect(fit.width / fit.height).toBeCloseTo(photo.width / photo.height);
    expect(fit.left).toBe(MARGIN);
    expect(fit.top + fit.height / 2).toBeCloseTo(stage.height / 2);
  });

  test('keeps what is under two fingers under them', () => {
    const from = [
      {x: 150, y: 260},
      {x: 250, y: 340},
    ] as const;
    const to = [
      {x: 0, y: 160},
      {x: 400, y: 480},
    ] as const;
    const view = pinched(fit, from, to, photo, stage);
    const before = onPhoto(fit, {x: 200, y: 300});
    const after = onPhoto(view, {x: 200, y: 320});
    expect(after.x).toBeCloseTo(before.x);
    expect(after.y).toBeCloseTo(before.y);
    expect(zoomOf(view, photo, stage)).toBeCloseTo(4);
  });

  test('zooms around a point and back to where it was', () => {
    const about = {x: 200, y: 300};
    const near = zoomed(fit, 3, about, photo, stage);
    expect(onPhoto(near, about).x).toBeCloseTo(onPhoto(fit, about).x);
    const far = zoomed(near, 1 / 3, about, photo, stage);
    expect(far.left).toBeCloseTo(fit.left);
    expect(far.width).toBeCloseTo(fit.width);
  });

  test('is never smaller than the whole photo nor larger than the limit', () => {
    expect(zoomed(fit, 0.01, {x: 0, y: 0}, photo, stage)).toEqual(fit);
    const near = zoomed(fit, 1000, {x: 200, y: 300}, photo, stage);
    expect(zoomOf(near, photo, stage)).toBeCloseTo(MAX_ZOOM);
  });

  test('cannot be pushed off the stage, but far enough to reach every corner', () => {
    const near = zoomed(fit, 5, {x: 200, y: 300}, photo, stage);
    const right = panned(near, -1e6, -1e6, photo, stage);
    expect(right.left + right.width).toBeCloseTo(stage.width - MARGIN);
    expect(right.top + right.height).toBeCloseTo(stage.height - MARGIN);
    const left = panned(near, 1e6, 1e6, photo, stage);
    expect(left.left).toBe(MARGIN);
    expect(left.top).toBe(MARGIN);
  });
});
