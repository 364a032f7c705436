/** Hit testing on the stage: handles of the selected box, and boxes under a point. */
import type {GroundTruth} from '../../vision/box.ts';
import {boxInView, type Rectangle} from '../../vision/overlay.ts';
import type {Handle} from './box-edit.ts';
import type {Point} from './viewport.ts';

/** Half the side of a handle's touch target, which is 44 pixels. */
export const HANDLE_REACH_PX = 22;
/** Shorter sides have no middle handle, as it would overlap the corners. */
const ROOM_FOR_MIDDLE = 6 * HANDLE_REACH_PX;

export interface PlacedHandle extends Handle {
  readonly name: string;
  readonly at: Point;
}

/** The handles of a box: its corners, and the middles of sides that are long enough. */
export function handlesOf({left, top, width, height}: Rectangle): readonly PlacedHandle[] {
  const places = {left, middle: left + width / 2, right: left + width};
  const heights = {top, middle: top + height / 2, bottom: top + height};
  const handles: PlacedHandle[] = [];
  for (const across of ['left', 'right'] as const) {
    for (const down of ['top', 'bottom'] as const) {
      handles.push({name: `${down}-${across}`, across, down, at: {x: places[across], y: heights[down]}});
    }
  }
  if (height >= ROOM_FOR_MIDDLE) {
    for (const across of ['left', 'right'] as const)
      handles.push({name: across, across, down: null, at: {x: places[across], y: heights.middle}});
  }
  if (width >= ROOM_FOR_MIDDLE) {
    for (const down of ['top', 'bottom'] as const)
      handles.push({name: down, across: null, down, at: {x: places.middle, y: heights[down]}});
  }
  return handles;
}

/**
 * The handle at a point, or null.
 *
 * The targets of a small box overlap: the nearest handle wins, and the middle third is reserved for moving the box.
 */
export function handleAt(box: Rectangle, point: Point): PlacedHandle | null {
  const free = Math.abs(point.x - (box.left + box.width / 2)) <= box.width / 6;
  if (free && Math.abs(point.y - (box.top + box.height / 2)) <= box.height / 6) return null;
  let nearest: PlacedHandle | null = null;
  let shortest = Infinity;
  for (const handle of handlesOf(box)) {
    const [x, y] = [Math.abs(point.x - handle.at.x), Math.abs(point.y - handle.at.y)];
    if (Math.max(x, y) > HANDLE_REACH_PX || Math.hypot(x, y) >= shortest) continue;
    nearest = handle;
    shortest = Math.hypot(x, y);
  }
  return nearest;
}

/** The indices of the boxes under the point, smallest first, so that a large box does not hide a small one. */
export function boxesAt(boxes: readonly GroundTruth[], view: Rectangle, point: Point): readonly number[] {
  const rectangles = boxes.map(({box}) => boxInView(box, view, {mirrored: false}));
  const area = (index: number) => rectangles[index]!.width * rectangles[index]!.height;
  return rectangles
    .flatMap((rectangle, index) => (contains(rectangle, point) ? [index] : []))
    .sort((a, b) => area(a) - area(b));
}

export function contains({left, top, width, height}: Rectangle, {x, y}: Point): boolean {
  return x >= left && x <= left + width && y >= top && y <= top + height;
}
