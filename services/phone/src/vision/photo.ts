/** Opens photos upright, with the same pixel values as Python's loader, and encodes them for sending and storing. */
import type {Size} from './overlay.ts';

/** This browser cannot open the photo; the message says what to do. */
export class PhotoProblem extends Error {
  override readonly name = 'PhotoProblem';
}

/** Brands of HEIC files in the `ftyp` box (ISO/IEC 14496-12, section 4.3). */
const HEIC_BRANDS = new Set(['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'mif1', 'msf1']);

/** Decided by content, as file names and types are often wrong. False for a file that cannot be read. */
export async function isHeic(photo: Blob): Promise<boolean> {
  const start = await photo
    .slice(0, 12)
    .arrayBuffer()
    .catch(() => new ArrayBuffer(0));
  const text = String.fromCharCode(...new Uint8Array(start));
  return text.slice(4, 8) === 'ftyp' && HEIC_BRANDS.has(text.slice(8, 12));
}

/**
 * The photo upright, its colour profile ignored (as everywhere in this project). The caller closes it.
 *
 * Throws PhotoProblem when this browser cannot decode it.
 */
export async function openPhoto(photo: Blob): Promise<ImageBitmap> {
  try {
    // Every browser applies the EXIF orientation by default; Safari before 17.2 rejects the explicit option.
    return await createImageBitmap(photo, {colorSpaceConversion: 'none'});
  } catch {
    throw new PhotoProblem(
      (await isHeic(photo))
        ? 'This browser cannot open HEIC photos. Let the server detect in it, or choose a JPEG.'
        : 'This file is not a photo that this browser can open. Choose a JPEG, PNG or WebP.',
    );
  }
}

/** Longest side in pixels of a photo sent to the server: four times the input side of the network (320). */
export const MAX_SENT_SIDE = 1280;
/** Up to this size photos are sent losslessly: downscaling would not hide JPEG artefacts. */
const MAX_LOSSLESS_SIDE = 640;
const JPEG_QUALITY = 0.92;

/** The size scaled down so that its longest side is at most `longest`; never scaled up. */
export function scaledDown({width, height}: Size, longest: number): Size {
  const scale = Math.min(1, longest / Math.max(width, height));
  return {width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale))};
}

/** The photo encoded for /detect: upright and without metadata. */
export function encodeForServer(picture: ImageBitmap): Promise<Blob> {
  const size = scaledDown(picture, MAX_SENT_SIDE);
  const isSmall = Math.max(size.width, size.height) <= MAX_LOSSLESS_SIDE;
  return isSmall ? encode(picture, size, 'image/png') : encodeJpeg(picture, size);
}

/** The picture at `size` as a JPEG; transparent pixels become white. */
export function encodeJpeg(picture: ImageBitmap, size: Size): Promise<Blob> {
  return encode(picture, size, 'image/jpeg');
}

async function encode(picture: ImageBitmap, size: Size, type: 'image/jpeg' | 'image/png'): Promise<Blob> {
  // Not an OffscreenCanvas: browsers that cannot run the model also use this.
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
