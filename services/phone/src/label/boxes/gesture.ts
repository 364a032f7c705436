/**
 * The gesture state machine of the stage: pointer events in, effects out.
 *
 * One finger draws a new box, or moves or resizes the selected one; a tap selects; two fingers zoom and pan. A second
 * finger cancels what the first one began, as it was the beginning of a pinch.
 */
import type {Box, GroundTruth} from '../../vision/box.ts';
import {boxInView, type Rectangle, type Size} from '../../vision/overlay.ts';
import {boxBetween, isLargeEnough, moved, resized, type Handle} from './box-edit.ts';
import {boxesAt, contains, handleAt} from './handles.ts';
import {onPhoto, pinched, type Point} from './viewport.ts';

/** What the gesture acts on. */
export interface Scene {
  readonly photo: Size;
  readonly stage: Size;
  readonly view: Rectangle;
  readonly boxes: readonly GroundTruth[];
  readonly selected: number | null;
}

/** A pointer event of a finger, pen or mouse. Points are in pixels of the stage. */
export interface Finger {
  readonly what: 'down' | 'move' | 'up' | 'cancel';
  readonly id: number;
  readonly at: Point;
  /** How many pixels it may move and still be a tap; larger for a finger than for a mouse. */
  readonly slack: number;
  /** The number of pointers that are down now. */
  readonly down: number;
}

/** What one finger does to a box. */
type Edit =
  | {readonly kind: 'draw'; readonly from: Point}
  | {readonly kind: 'move'; readonly index: number; readonly box: Box; readonly from: Point}
  | {
      readonly kind: 'resize';
      readonly index: number;
      readonly box: Box;
      readonly handle: Handle;
      /** From the finger to the handle, so that the box does not jump. */
      readonly offset: Point;
    };

interface Place {
  readonly id: number;
  readonly at: Point;
}

export type Gesture =
  | {readonly kind: 'none'}
  | {readonly kind: 'press'; readonly finger: Place; readonly now: Point; readonly edit: Edit}
  | {readonly kind: 'edit'; readonly finger: Place; readonly now: Point; readonly edit: Edit}
  | {
      readonly kind: 'pinch';
      readonly from: readonly [Place, Place];
      readonly to: readonly [Point, Point];
      readonly view: Rectangle;
    }
  /** The gesture is over; remaining fingers are ignored until all are lifted. */
  | {readonly kind: 'finished'};

export type Effect =
  | {readonly kind: 'nothing'}
  | {readonly kind: 'select'; readonly index: number | null}
  /** Preview of the box; `index` is null for a new box. */
  | {readonly kind: 'draft'; readonly index: number | null; readonly box: Box}
  | {readonly kind: 'keep'; readonly index: number | null; readonly box: Box}
  | {readonly kind: 'drop'}
  | {readonly kind: 'view'; readonly view: Rectangle};

export const NO_GESTURE: Gesture = {kind: 'none'};
const NOTHING: Effect = {kind: 'nothing'};
const DROP: Effect = {kind: 'drop'};
/** In pixels of the stage: smaller boxes are drawn by accident. */
const MIN_DRAWN_PX = 10;

/** The next gesture state, and the effect of the event. */
export function step(gesture: Gesture, finger: Finger, scene: Scene): readonly [Gesture, Effect] {
  switch (finger.what) {
    case 'down':
      return down(gesture, finger, scene);
    case 'move':
      return drag(gesture, finger, scene);
    case 'up':
      return lift(gesture, finger, scene);
    case 'cancel':
      return [finger.down === 0 ? NO_GESTURE : {kind: 'finished'}, DROP];
  }
}

/** The gesture after boxes were removed by other means: an edit in progress may refer to a removed box. */
export function interrupted(gesture: Gesture): Gesture {
  return gesture.kind === 'press' || gesture.kind === 'edit' ? {kind: 'finished'} : gesture;
}

function down(gesture: Gesture, finger: Finger, scene: Scene): readonly [Gesture, Effect] {
  const place = {id: finger.id, at: finger.at};
  if (gesture.kind === 'none') {
    return [{kind: 'press', finger: place, now: finger.at, edit: editFrom(finger.at, scene)}, NOTHING];
  }
  if (gesture.kind !== 'press' && gesture.kind !== 'edit') return [gesture, NOTHING];
  const first = {id: gesture.finger.id, at: gesture.now};
  return [{kind: 'pinch', from: [first, place], to: [first.at, place.at], view: scene.view}, DROP];
}

function drag(gesture: Gesture, finger: Finger, scene: Scene): readonly [Gesture, Effect] {
  if (gesture.kind === 'pinch') {
    const to = gesture.from.map(({id}, i) => (id === finger.id ? finger.at : gesture.to[i]!)) as [
      Point,
      Point,
    ];
    const [a, b] = gesture.from;
    const view = pinched(gesture.view, [a.at, b.at], to, scene.photo, scene.stage);
    return [
      {...gesture, to},
      {kind: 'view', view},
    ];
  }
  if (gesture.kind !== 'press' && gesture.kind !== 'edit') return [gesture, NOTHING];
  if (gesture.finger.id !== finger.id) return [gesture, NOTHING];
  if (gesture.kind === 'press' && within(gesture.finger.at, finger.at, slackOf(gesture.edit, finger))) {
    return [{...gesture, now: finger.at}, NOTHING];
  }
  const {edit} = gesture;
  return [
    {...gesture, kind: 'edit', now: finger.at},
    {kind: 'draft', ...edited(edit, finger.at, scene)},
  ];
}

function lift(gesture: Gesture, finger: Finger, scene: Scene): readonly [Gesture, Effect] {
  const after: Gesture = finger.down === 0 ? NO_GESTURE : {kind: 'finished'};
  if (gesture.kind === 'press') return [after, tap(gesture.edit, finger.at, scene)];
  if (gesture.kind !== 'edit') return [after, NOTHING];
  const result = edited(gesture.edit, finger.at, scene);
  if (gesture.edit.kind === 'draw' && !isDeliberate(result.box, scene)) return [after, DROP];
  return [after, {kind: 'keep', ...result}];
}

/** The edit that a drag from this point performs. */
function editFrom(at: Point, {boxes, selected, view}: Scene): Edit {
  const truth = selected === null ? undefined : boxes[selected];
  if (selected === null || !truth) return {kind: 'draw', from: at};
  const rectangle = boxInView(truth.box, view, {mirrored: false});
  const handle = handleAt(rectangle, at);
  if (handle) {
    const offset = {x: handle.at.x - at.x, y: handle.at.y - at.y};
    return {kind: 'resize', index: selected, box: truth.box, handle, offset};
  }
  if (contains(rectangle, at)) return {kind: 'move', index: selected, box: truth.box, from: at};
  return {kind: 'draw', from: at};
}

function edited(edit: Edit, at: Point, {view, photo}: Scene): {index: number | null; box: Box} {
  switch (edit.kind) {
    case 'draw':
      return {index: null, box: boxBetween(onPhoto(view, edit.from), onPhoto(view, at))};
    case 'move': {
      const by = {x: (at.x - edit.from.x) / view.width, y: (at.y - edit.from.y) / view.height};
      return {index: edit.index, box: moved(edit.box, by)};
    }
    case 'resize': {
      const to = onPhoto(view, {x: at.x + edit.offset.x, y: at.y + edit.offset.y});
      return {index: edit.index, box: resized(edit.box, edit.handle, to, photo)};
    }
  }
}

/** Select the box under the finger; tapping again selects the next box behind it. */
function tap(edit: Edit, at: Point, {boxes, selected, view}: Scene): Effect {
  if (edit.kind === 'resize') return NOTHING;
  const under = boxesAt(boxes, view, at);
  const next = under[(under.indexOf(selected ?? -1) + 1) % Math.max(1, under.length)];
  return {kind: 'select', index: next ?? null};
}

function isDeliberate(box: Box, {view, photo}: Scene): boolean {
  const {width, height} = boxInView(box, view, {mirrored: false});
  return Math.min(width, height) >= MIN_DRAWN_PX && isLargeEnough(box, photo);
}

/** Handles respond to any movement, to allow small corrections. */
const slackOf = (edit: Edit, finger: Finger) => (edit.kind === 'resize' ? 0 : finger.slack);
const within = (a: Point, b: Point, slack: number) => Math.hypot(a.x - b.x, a.y - b.y) <= slack;
