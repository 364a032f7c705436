/** From a picture to the network's input. Runs in a worker too. */
import {resizeToRgb} from './resize.ts';

/**
 * Larger pictures are first halved by the browser until the filter has at most so many times the network's side to
 * read: reading a whole 12-megapixel photo costs more than detecting in it, and the filter that follows hides how
 * the browser halved.
 */
const READ_AT_MOST = 4;

/** The picture at `width` × `height`: RGB, 3 bytes a pixel, row by row. Transparency is laid on white. */
export function networkInput(picture: ImageBitmap, width: number, height: number): Uint8Array {
  const readWidth = halved(picture.width, width * READ_AT_MOST);
  const readHeight = halved(picture.height, height * READ_AT_MOST);
  const canvas = new OffscreenCanvas(readWidth, readHeight);
  const context = canvas.getContext('2d', {willReadFrequently: true, alpha: false});
  if (!context) throw new Error('The browser gives no canvas to read pixels from.');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, readWidth, readHeight);
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, readWidth, readHeight);
  const {data} = context.getImageData(0, 0, readWidth, readHeight);
  return resizeToRgb(data, readWidth, readHeight, width, height);
}

function halved(side: number, most: number): number {
  let size = side;
  while (size > most) size = Math.ceil(size / 2);
  return size;
}
