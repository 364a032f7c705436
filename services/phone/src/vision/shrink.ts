/** A photo made small enough to send: the server's network sees few of its pixels anyway. */
import type {Size} from './overlay.ts';

/** Longest side of what is sent, in sides of a network of 320 pixels: four. */
export const SENT_SIDE = 1280;
/** Up to here it is sent without loss: each pixel counts, and JPEG's faults would not be scaled away. */
const LOSSLESS_SIDE = 640;
const JPEG_QUALITY = 0.92;

/** The size with its longest side at most `longest`, never larger than it is. */
export function shrunk({width, height}: Size, longest: number): Size {
  const scale = Math.min(1, longest / Math.max(width, height));
  return {width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale))};
}

/** The picture for /detect: upright, and without metadata. */
export function photoToSend(picture: ImageBitmap): Promise<Blob> {
  const size = shrunk(picture, SENT_SIDE);
  const isSmall = Math.max(size.width, size.height) <= LOSSLESS_SIDE;
  return isSmall ? written(picture, size, 'image/png') : asJpeg(picture, size);
}

/** The picture at `size` as a JPEG; transparency is laid on white. */
export function asJpeg(picture: ImageBitmap, size: Size): Promise<Blob> {
  return written(picture, size, 'image/jpeg');
}

async function written(picture: ImageBitmap, size: Size, type: 'image/jpeg' | 'image/png'): Promise<Blob> {
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
      blob => (blob ? resolve(blob) : reject(new Error('This browser could not write the photo anew.'))),
      type,
      JPEG_QUALITY,
    );
  });
}
