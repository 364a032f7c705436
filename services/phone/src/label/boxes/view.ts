/**
 * Which part of the photo is seen: where the whole photo lies on the stage, the part of the screen it is shown on.
 *
 * Points on the stage are in its pixels, points of the photo are 0..1 as boxes are.
 */
import {fitPhoto, type Rectangle, type Size} from '../../vision/overlay.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Room around the photo, so that a finger can reach the corners of a box at its very edge. */
export const MARGIN = 20;
/** How many times larger than when it fits the photo can be seen. */
export const MAX_ZOOM = 10;

/** The whole photo, centred. */
export function fitted(photo: Size, stage: Size): Rectangle {
  const room = {
    width: Math.max(1, stage.width - 2 * MARGIN),
    height: Math.max(1, stage.height - 2 * MARGIN),
  };
  const inside = fitPhoto(photo, room, 'contain');
  return {...inside, left: inside.left + MARGIN, top: inside.top + MARGIN};
}

/** `factor` times larger, with the point `about` staying where it is as far as the limits allow. */
export function zoomed(view: Rectangle, factor: number, about: Point, photo: Size, stage: Size): Rectangle {
  return settled(scaled(view, factor, about, about), photo, stage);
}

export function panned(view: Rectangle, across: number, down: number, photo: Size, stage: Size): Rectangle {
  return settled({...view, left: view.left + across, top: view.top + down}, photo, stage);
}

/** The view after two fingers went from one pair of places to another: what is under them stays under them. */
export function pinched(
  view: Rectangle,
  from: readonly [Point, Point],
  to: readonly [Point, Point],
  photo: Size,
  stage: Size,
): Rectangle {
  const factor = distance(to) / Math.max(1, distance(from));
  return settled(scaled(view, factor, middle(from), middle(to)), photo, stage);
}

/** How many times larger than when it fits. */
export function zoomOf(view: Rectangle, photo: Size, stage: Size): number {
  return view.width / fitted(photo, stage).width;
}

/** The nearest view within the limits: neither too small nor too large, and no empty stage beside a large photo. */
export function settled(view: Rectangle, photo: Size, stage: Size): Rectangle {
  const fit = fitted(photo, stage);
  const zoom = clamped(view.width / fit.width, 1, MAX_ZOOM);
  const [width, height] = [fit.width * zoom, fit.height * zoom];
  // What is in the middle stays there when the limits change the size.
  const left = view.left + (view.width - width) / 2;
  const top = view.top + (view.height - height) / 2;
  return {width, height, left: within(left, width, stage.width), top: within(top, height, stage.height)};
}

/** The point of the photo that is seen there; outside 0..1 beside the photo. */
export function onPhoto(view: Rectangle, point: Point): Point {
  return {x: (point.x - view.left) / view.width, y: (point.y - view.top) / view.height};
}

export function clamped(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
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
  return clamped(start, room - MARGIN - length, MARGIN);
}

const distance = ([a, b]: readonly [Point, Point]) => Math.hypot(a.x - b.x, a.y - b.y);
const middle = ([a, b]: readonly [Point, Point]) => ({x: (a.x + b.x) / 2, y: (a.y + b.y) / 2});
