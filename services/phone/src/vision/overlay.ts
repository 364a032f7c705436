/** Where a box of the photo lies on the screen, when the photo fills its view or fits into it. */
import type {Box} from './box.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Edges in pixels of the view; its top left corner is 0, 0. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** `cover` fills the view and lets the longer side of the photo hang over; `contain` shows all of the photo. */
export type Fit = 'cover' | 'contain';

/** The photo, upright and centred, in the view: parts of it may lie outside. */
export function placed(photo: Size, view: Size, fit: Fit): Rectangle {
  const [across, down] = [view.width / photo.width, view.height / photo.height];
  const scale = fit === 'cover' ? Math.max(across, down) : Math.min(across, down);
  const width = photo.width * scale;
  const height = photo.height * scale;
  return {left: (view.width - width) / 2, top: (view.height - height) / 2, width, height};
}

/** The box, 0..1 of the photo, in pixels of the view. `mirrored`: the photo is shown as in a mirror. */
export function boxOnScreen(box: Box, photo: Rectangle, {mirrored}: {mirrored: boolean}): Rectangle {
  const xmin = mirrored ? 1 - box.xmax : box.xmin;
  return {
    left: photo.left + xmin * photo.width,
    top: photo.top + box.ymin * photo.height,
    width: (box.xmax - box.xmin) * photo.width,
    height: (box.ymax - box.ymin) * photo.height,
  };
}

/**
 * Where a label of this size is drawn: above its box, else inside, always within the view.
 *
 * A box that hangs over the edge keeps its label in sight.
 */
export function labelPlace(box: Rectangle, label: Size, view: Size): {left: number; top: number} {
  const above = box.top - label.height;
  const within = (value: number, room: number) => Math.max(0, Math.min(value, room));
  return {
    left: within(box.left, view.width - label.width),
    top: within(above >= 0 ? above : box.top, view.height - label.height),
  };
}
