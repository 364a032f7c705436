/** Drawing, moving and resizing one box: never outside the photo, never smaller than can be trained on. */
import type {Box} from '../../vision/box.ts';
import type {Size} from '../../vision/overlay.ts';
import {clamped, type Point} from './view.ts';

/** Pixels of the stored photo: what is smaller is no object, and vanishes when the photo is made small. */
const SMALLEST_SIDE_PX = 6;

/** A corner or the middle of an edge: which edges follow the finger. */
export interface Handle {
  readonly across: 'left' | 'right' | null;
  readonly down: 'top' | 'bottom' | null;
}

/** The box between two points of the photo, in whatever order; what lies outside is cut off. */
export function spanned(a: Point, b: Point): Box {
  const [x1, x2, y1, y2] = [a.x, b.x, a.y, b.y].map(edge => clamped(edge, 0, 1)) as [
    number,
    number,
    number,
    number,
  ];
  return {ymin: Math.min(y1, y2), xmin: Math.min(x1, x2), ymax: Math.max(y1, y2), xmax: Math.max(x1, x2)};
}

/** The box of the same size, so far from where it is; it stops at the edge of the photo. */
export function moved(box: Box, by: Point): Box {
  const x = clamped(by.x, -box.xmin, 1 - box.xmax);
  const y = clamped(by.y, -box.ymin, 1 - box.ymax);
  return {ymin: box.ymin + y, xmin: box.xmin + x, ymax: box.ymax + y, xmax: box.xmax + x};
}

/** The box with the handle's edges at `to`; an edge stops before the opposite one. */
export function resized(box: Box, handle: Handle, to: Point, photo: Size): Box {
  const {width, height} = smallest(photo);
  return {
    ymin: handle.down === 'top' ? clamped(to.y, 0, Math.max(0, box.ymax - height)) : box.ymin,
    xmin: handle.across === 'left' ? clamped(to.x, 0, Math.max(0, box.xmax - width)) : box.xmin,
    ymax: handle.down === 'bottom' ? clamped(to.y, Math.min(1, box.ymin + height), 1) : box.ymax,
    xmax: handle.across === 'right' ? clamped(to.x, Math.min(1, box.xmin + width), 1) : box.xmax,
  };
}

/** Whether there is enough of the box to train on. */
export function largeEnough(box: Box, photo: Size): boolean {
  const {width, height} = smallest(photo);
  return box.xmax - box.xmin >= width && box.ymax - box.ymin >= height;
}

/** As parts of the photo's sides. */
function smallest(photo: Size): Size {
  return {
    width: Math.min(1, SMALLEST_SIDE_PX / photo.width),
    height: Math.min(1, SMALLEST_SIDE_PX / photo.height),
  };
}
