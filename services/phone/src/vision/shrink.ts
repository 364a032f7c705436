/** A photo made small enough to send: the server's network sees few of its pixels anyway. */
import type {Size} from './overlay.ts';

/** Longest side of what is sent, in sides of a network of 320 pixels: four. */
export const SENT_SIDE = 1280;
/**
 * A photo file of up to so many bytes goes as it is, if it is small in pixels too: written anew, a small photo has other
 * answers than its file has elsewhere.
 */
const SENT_AS_IS_BYTES = 1_000_000;
const SENT_AS_IS_TYPES = ['image/jpeg', 'image/png', 'image/webp'];
const JPEG_QUALITY = 0.92;

/** The size with its longest side at most `longest`, never larger than it is. */
export function shrunk({width, height}: Size, longest: number): Size {
  const scale = Math.min(1, longest / Math.max(width, height));
  return {width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale))};
}

/** The picture as a JPEG for /detect, upright and without metadata; a `file` that is small already goes as it is. */
export async function photoToSend(picture: ImageBitmap, file?: Blob): Promise<Blob> {
  const size = shrunk(picture, SENT_SIDE);
  const isSmall = size.width === picture.width && size.height === picture.height;
  if (file && isSmall && file.size <= SENT_AS_IS_BYTES && SENT_AS_IS_TYPES.includes(file.type)) return file;
  return asJpeg(picture, size);
}

/** The picture at `size` as a JPEG; transparency is laid on white. */
export async function asJpeg(picture: ImageBitmap, size: Size): Promise<Blob> {
  // An element, not an OffscreenCanvas: this is also for browsers that cannot detect by themselves.
  const canvas = document.createElement('canvas');
  canvas.width = size.width;
  canvas.height = size.height;
  const context = canvas.getContext('2d', {alpha: false});
  if (!context) throw new Error('This browser gives no canvas.');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, size.width, size.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, size.width, size.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      blob => (blob ? resolve(blob) : reject(new Error('This browser could not write the photo as JPEG.'))),
      'image/jpeg',
      JPEG_QUALITY,
    );
  });
}
