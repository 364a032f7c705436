/** From a file of the phone's library to the photo that is kept: upright, of a sensible size, without metadata. */
import {sha256} from '../../storage/checksum.ts';
import type {Size} from '../../vision/overlay.ts';
import {encodeJpeg, openPhoto, scaledDown} from '../../vision/photo.ts';
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
    return await preparedPicture(photo, isSecureContext ? await sha256(await file.arrayBuffer()) : null);
  } finally {
    photo.close();
  }
}

/** The same for pixels that come from no file: a picture of the camera. */
export async function preparedPicture(
  picture: ImageBitmap,
  source: string | null = null,
): Promise<PreparedPhoto> {
  const size = scaledDown(picture, MAX_SIDE);
  const thumbnail = await jpeg(picture, scaledDown(picture, THUMBNAIL_SIDE));
  return {...size, source, picture: await jpeg(picture, size), thumbnail};
}

async function jpeg(photo: ImageBitmap, size: Size): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await encodeJpeg(photo, size)).arrayBuffer());
}
