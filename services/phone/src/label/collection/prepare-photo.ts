/** Converts photos for storage: upright, of limited size, without metadata. */
import {sha256} from '../../storage/checksum.ts';
import type {Size} from '../../vision/overlay.ts';
import {encodeJpeg, openPhoto, scaledDown} from '../../vision/photo.ts';
import type {PreparedPhoto} from './photo-database.ts';

/** In pixels: six times the network's input, and small enough to store hundreds of photos. */
export const MAX_SIDE = 2048;
const THUMBNAIL_SIDE = 256;

/**
 * The photo as it is stored. It is encoded again from its pixels, which removes all metadata, such as location and
 * time.
 *
 * Throws PhotoProblem when this browser cannot open the file.
 */
export async function preparePhoto(file: Blob): Promise<PreparedPhoto> {
  const photo = await openPhoto(file);
  try {
    return await preparePicture(photo, isSecureContext ? await sha256(await file.arrayBuffer()) : null);
  } finally {
    photo.close();
  }
}

/** The same for pixels without a file, such as a camera frame. */
export async function preparePicture(
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
