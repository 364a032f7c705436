/** Drawing, moving and resizing a box within the photo and above the minimum size for training. */
import type {Box} from '../../vision/box.ts';
import type {Size} from '../../vision/overlay.ts';
import {clamp, type Point} from './viewport.ts';

/** In pixels of the stored photo: smaller objects vanish when the photo is scaled to the network's input. */
const MIN_SIDE_PX = 6;

/** A corner or the middle of an edge; names the edges that it moves. */
export interface Handle {
  readonly across: 'left' | 'right' | null;
  readonly down: 'top' | 'bottom' | null;
}

/** The box between two points in any order, clipped to the photo. */
export function boxBetween(a: Point, b: Point): Box {
  const [x1, x2, y1, y2] = [a.x, b.x, a.y, b.y].map(edge => clamp(edge, 0, 1)) as [
    number,
    number,
    number,
    number,
  ];
  return {ymin: Math.min(y1, y2), xmin: Math.min(x1, x2), ymax: Math.max(y1, y2), xmax: Math.max(x1, x2)};
}

/** The box moved by an offset; it stops at the edges of the photo. */
export function moved(box: Box, by: Point): Box {
  const x = clamp(by.x, -box.xmin, 1 - box.xmax);
  const y = clamp(by.y, -box.ymin, 1 - box.ymax);
  return {ymin: box.ymin + y, xmin: box.xmin + x, ymax: box.ymax + y, xmax: box.xmax + x};
}

/** The box with the handle's edges at `to`; it keeps its minimum size. */
export function resized(box: Box, handle: Handle, to: Point, photo: Size): Box {
  const {width, height} = minSize(photo);
  return {
    ymin: handle.down === 'top' ? clamp(to.y, 0, Math.max(0, box.ymax - height)) : box.ymin,
    xmin: handle.across === 'left' ? clamp(to.x, 0, Math.max(0, box.xmax - width)) : box.xmin,
    ymax: handle.down === 'bottom' ? clamp(to.y, Math.min(1, box.ymin + height), 1) : box.ymax,
    xmax: handle.across === 'right' ? clamp(to.x, Math.min(1, box.xmin + width), 1) : box.xmax,
  };
}

/** Whether the box has the minimum size for training. */
export function isLargeEnough(box: Box, photo: Size): boolean {
  const {width, height} = minSize(photo);
  return box.xmax - box.xmin >= width && box.ymax - box.ymin >= height;
}

/** The minimum size as fractions of the photo's sides. */
function minSize(photo: Size): Size {
  return {
    width: Math.min(1, MIN_SIDE_PX / photo.width),
    height: Math.min(1, MIN_SIDE_PX / photo.height),
  };
}
