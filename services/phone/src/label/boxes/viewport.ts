/**
 * Zoom and pan: the rectangle of the whole photo on the stage, the element that shows it.
 *
 * Points on the stage are in pixels; points of the photo are 0..1, as in boxes.
 */
import {fitPhoto, type Rectangle, type Size} from '../../vision/overlay.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Space around the photo in pixels, so that a finger can reach corners of boxes at its edge. */
export const MARGIN = 20;
/** Maximum zoom, relative to the fitted photo. */
export const MAX_ZOOM = 10;

/** The whole photo, centred. */
export function fitToStage(photo: Size, stage: Size): Rectangle {
  const room = {
    width: Math.max(1, stage.width - 2 * MARGIN),
    height: Math.max(1, stage.height - 2 * MARGIN),
  };
  const inside = fitPhoto(photo, room, 'contain');
  return {...inside, left: inside.left + MARGIN, top: inside.top + MARGIN};
}

/** Zoomed by `factor` around the point `about`, within the limits. */
export function zoomed(view: Rectangle, factor: number, about: Point, photo: Size, stage: Size): Rectangle {
  return constrained(scaled(view, factor, about, about), photo, stage);
}

export function panned(view: Rectangle, across: number, down: number, photo: Size, stage: Size): Rectangle {
  return constrained({...view, left: view.left + across, top: view.top + down}, photo, stage);
}

/** The view after a pinch: the points under the two fingers stay under them, within the limits. */
export function pinched(
  view: Rectangle,
  from: readonly [Point, Point],
  to: readonly [Point, Point],
  photo: Size,
  stage: Size,
): Rectangle {
  const factor = distance(to) / Math.max(1, distance(from));
  return constrained(scaled(view, factor, middle(from), middle(to)), photo, stage);
}

/** The zoom relative to the fitted photo. */
export function zoomOf(view: Rectangle, photo: Size, stage: Size): number {
  return view.width / fitToStage(photo, stage).width;
}

/** The nearest view within the limits of zoom and pan. */
export function constrained(view: Rectangle, photo: Size, stage: Size): Rectangle {
  const fit = fitToStage(photo, stage);
  const zoom = clamp(view.width / fit.width, 1, MAX_ZOOM);
  const [width, height] = [fit.width * zoom, fit.height * zoom];
  // The centre stays in place when the limits change the size.
  const left = view.left + (view.width - width) / 2;
  const top = view.top + (view.height - height) / 2;
  return {width, height, left: within(left, width, stage.width), top: within(top, height, stage.height)};
}

/** The point of the photo at a point of the stage; outside 0..1 beside the photo. */
export function onPhoto(view: Rectangle, point: Point): Point {
  return {x: (point.x - view.left) / view.width, y: (point.y - view.top) / view.height};
}

export function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}

function scaled(view: Rectangle, factor: number, from: Point, to: Point): Rectangle {
  return {
    left: to.x + (view.left - from.x) * factor,
    top: to.y + (view.top - from.y) * factor,
    width: view.width * factor,
    height: view.height * factor,
  };
}

function within(start: number, length: number, room: number): number {
  if (length <= room - 2 * MARGIN) return (room - length) / 2;
  return clamp(start, room - MARGIN - length, MARGIN);
}

const distance = ([a, b]: readonly [Point, Point]) => Math.hypot(a.x - b.x, a.y - b.y);
const middle = ([a, b]: readonly [Point, Point]) => ({x: (a.x + b.x) / 2, y: (a.y + b.y) / 2});
