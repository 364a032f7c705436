/** A zip written file by file: only one photo is in memory at a time. */
import {Zip, ZipDeflate, ZipPassThrough} from 'fflate';

export interface ZipEntry {
  readonly path: string;
  readonly content: Uint8Array<ArrayBuffer>;
  /** Photos are compressed already. */
  readonly compress: boolean;
}

/** What the format holds without its 64-bit extension. */
const MOST_BYTES = 0xffff_ffff;
const MOST_FILES = 0xffff;

export class ZipTooLarge extends Error {
  override readonly name = 'ZipTooLarge';
}

/** Throws ZipTooLarge when the files do not fit into one zip. */
export async function zipped(entries: AsyncIterable<ZipEntry>): Promise<Blob> {
  // A Blob's bytes lie outside the page's memory, on disk when there are many.
  const parts: Blob[] = [];
  let bytes = 0;
  let files = 0;
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    bytes += chunk.byteLength;
    parts.push(new Blob([chunk]));
  });
  for await (const {path, content, compress} of entries) {
    const file = compress ? new ZipDeflate(path) : new ZipPassThrough(path);
    zip.add(file);
    file.push(content, true);
    files += 1;
    if (bytes > MOST_BYTES || files > MOST_FILES) {
      throw new ZipTooLarge(
        'These are more photos than one zip holds. Delete some that were trained on, then try again.',
      );
    }
  }
  zip.end();
  return new Blob(parts, {type: 'application/zip'});
}
