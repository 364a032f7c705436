/** Maps boxes of a photo to the view that shows the photo. */
import type {Box} from './box.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** In pixels of the view; its top left corner is 0, 0. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** As CSS object-fit: `cover` fills the view and crops the photo; `contain` shows the whole photo. */
export type Fit = 'cover' | 'contain';

/** Where the photo is drawn, centred in the view; parts of it may lie outside. */
export function fitPhoto(photo: Size, view: Size, fit: Fit): Rectangle {
  const [across, down] = [view.width / photo.width, view.height / photo.height];
  const scale = fit === 'cover' ? Math.max(across, down) : Math.min(across, down);
  const width = photo.width * scale;
  const height = photo.height * scale;
  return {left: (view.width - width) / 2, top: (view.height - height) / 2, width, height};
}

/** The box in pixels of the view. `mirrored`: the photo is flipped horizontally. */
export function boxInView(box: Box, photo: Rectangle, {mirrored}: {mirrored: boolean}): Rectangle {
  const xmin = mirrored ? 1 - box.xmax : box.xmin;
  return {
    left: photo.left + xmin * photo.width,
    top: photo.top + box.ymin * photo.height,
    width: (box.xmax - box.xmin) * photo.width,
    height: (box.ymax - box.ymin) * photo.height,
  };
}

/**
 * Where a label of this size is drawn: above its box if there is room, otherwise inside, and always within the view,
 * even when the box reaches beyond it.
 */
export function labelPosition(box: Rectangle, label: Size, view: Size): {left: number; top: number} {
  const above = box.top - label.height;
  const within = (value: number, room: number) => Math.max(0, Math.min(value, room));
  return {
    left: within(box.left, view.width - label.width),
    top: within(above >= 0 ? above : box.top, view.height - label.height),
  };
}
