/** From a file of the phone's library to the photo that is kept: upright, of a sensible size, without metadata. */
import type {Size} from '../../vision/overlay.ts';
import {openPhoto} from '../../vision/photo.ts';
import {asJpeg, shrunk} from '../../vision/shrink.ts';
import type {PreparedPhoto} from './record.ts';

/** Pixels: six times what a network sees, and hundreds of them fit into a browser's storage. */
export const MAX_SIDE = 2048;
const THUMBNAIL_SIDE = 256;

/**
 * The photo as the collection keeps it. Written anew from its pixels, so that nothing else of the file is left: no
 * place, no time, no owner.
 *
 * Throws PhotoProblem when this browser cannot open the file.
 */
export async function prepared(file: Blob): Promise<PreparedPhoto> {
  const photo = await openPhoto(file);
  try {
    return await preparedPicture(photo, await digest(file));
  } finally {
    photo.close();
  }
}

/** The same for pixels that come from no file: a picture of the camera. */
export async function preparedPicture(
  picture: ImageBitmap,
  source: string | null = null,
): Promise<PreparedPhoto> {
  const size = shrunk(picture, MAX_SIDE);
  const thumbnail = await jpeg(picture, shrunk(picture, THUMBNAIL_SIDE));
  return {...size, source, picture: await jpeg(picture, size), thumbnail};
}

async function jpeg(photo: ImageBitmap, size: Size): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await asJpeg(photo, size)).arrayBuffer());
}

/** SHA-256 of the file in hexadecimal; null off HTTPS, where browsers compute none. */
async function digest(file: Blob): Promise<string | null> {
  if (!isSecureContext) return null;
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}
