/** What a finger on the stage touches: a handle of the selected box, the box itself, another one, or none. */
import type {GroundTruth} from '../../vision/box.ts';
import {boxInView, type Rectangle} from '../../vision/overlay.ts';
import type {Handle} from './edit.ts';
import type {Point} from './view.ts';

/** Half the side of a handle's target: 44 pixels are what a fingertip hits. */
export const REACH = 22;
/** On a side shorter than this the middle handle would only be in the way of the corners. */
const ROOM_FOR_MIDDLE = 6 * REACH;

export interface PlacedHandle extends Handle {
  readonly name: string;
  readonly at: Point;
}

/** The handles of a box on the stage: the corners, and the middles of sides that are long enough. */
export function handlesOf({left, top, width, height}: Rectangle): readonly PlacedHandle[] {
  const places = {left, middle: left + width / 2, right: left + width};
  const heights = {top, middle: top + height / 2, bottom: top + height};
  const found: PlacedHandle[] = [];
  for (const across of ['left', 'right'] as const) {
    for (const down of ['top', 'bottom'] as const) {
      found.push({name: `${down}-${across}`, across, down, at: {x: places[across], y: heights[down]}});
    }
  }
  if (height >= ROOM_FOR_MIDDLE) {
    for (const across of ['left', 'right'] as const)
      found.push({name: across, across, down: null, at: {x: places[across], y: heights.middle}});
  }
  if (width >= ROOM_FOR_MIDDLE) {
    for (const down of ['top', 'bottom'] as const)
      found.push({name: down, across: null, down, at: {x: places.middle, y: heights[down]}});
  }
  return found;
}

/**
 * The handle that a finger there means, or null.
 *
 * The targets of a small box overlap: the nearest handle wins, and the middle third stays free to move the box by.
 */
export function handleAt(box: Rectangle, point: Point): PlacedHandle | null {
  const free = Math.abs(point.x - (box.left + box.width / 2)) <= box.width / 6;
  if (free && Math.abs(point.y - (box.top + box.height / 2)) <= box.height / 6) return null;
  let nearest: PlacedHandle | null = null;
  let shortest = Infinity;
  for (const handle of handlesOf(box)) {
    const [x, y] = [Math.abs(point.x - handle.at.x), Math.abs(point.y - handle.at.y)];
    if (Math.max(x, y) > REACH || Math.hypot(x, y) >= shortest) continue;
    nearest = handle;
    shortest = Math.hypot(x, y);
  }
  return nearest;
}

/** The places in the list of the boxes under the point, smallest first: a large one hides no small one. */
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
