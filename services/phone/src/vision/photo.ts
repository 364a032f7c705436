/** Photos as they come from the library, upright, with the same pixel values as in Python's loader. */

/** The photo cannot be shown here; the message says what to do. */
export class PhotoProblem extends Error {
  override readonly name = 'PhotoProblem';
}

/** HEIC and AVIF say so in the brand of their first box (ISO/IEC 14496-12, section 4.3). */
const HEIC_BRANDS = new Set(['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'mif1', 'msf1']);

/** Known by content: names and types of photos often lie. A file that cannot be read is none. */
export async function isHeic(photo: Blob): Promise<boolean> {
  const start = await photo
    .slice(0, 12)
    .arrayBuffer()
    .catch(() => new ArrayBuffer(0));
  const text = String.fromCharCode(...new Uint8Array(start));
  return text.slice(4, 8) === 'ftyp' && HEIC_BRANDS.has(text.slice(8, 12));
}

/**
 * The photo upright, its colour profile ignored (as everywhere in this system). Close it after use.
 *
 * Throws PhotoProblem when this browser cannot decode it.
 */
export async function openPhoto(photo: Blob): Promise<ImageBitmap> {
  try {
    // Turned as EXIF says, which every browser does unasked; Safari before 17.2 refuses to be asked.
    return await createImageBitmap(photo, {colorSpaceConversion: 'none'});
  } catch {
    throw new PhotoProblem(
      (await isHeic(photo))
        ? 'This browser cannot open HEIC photos. Let the server detect in it, or choose a JPEG.'
        : 'This file is not a photo that this browser can open. Choose a JPEG, PNG or WebP.',
    );
  }
}
