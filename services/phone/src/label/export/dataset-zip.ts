/** The zip that `make train DATA=...` takes: photos and annotations.json. */
import {Zip, ZipDeflate, ZipPassThrough} from 'fflate';

import type {PhotoRecord} from '../collection/photo-database.ts';
import {makeCocoDocument, photoPath, selectForExport} from './coco.ts';

export interface DatasetSource {
  readonly photos: readonly PhotoRecord[];
  readonly classes: readonly string[];
  readonly picture: (id: number) => Promise<Uint8Array<ArrayBuffer> | undefined>;
}

export type OnProgress = (done: number, total: number) => void;

/** Rejects with CollectionProblem if a photo cannot be read, and with ZipTooLarge if the zip gets too large. */
export function datasetZip(source: DatasetSource, created: Date, onProgress: OnProgress): Promise<Blob> {
  return writeZip(entries(source, created, onProgress));
}

async function* entries(
  {photos, classes, picture}: DatasetSource,
  created: Date,
  onProgress: OnProgress,
): AsyncGenerator<ZipEntry> {
  const packed: PhotoRecord[] = [];
  const chosen = selectForExport(photos, classes);
  for (const [index, photo] of chosen.entries()) {
    const content = await picture(photo.id);
    // Undefined if it was deleted in the meantime, perhaps in another tab; it is then not listed either.
    if (content) {
      yield {path: photoPath(photo), content, compress: false};
      packed.push(photo);
    }
    onProgress(index + 1, chosen.length);
  }
  const text = JSON.stringify(makeCocoDocument(packed, classes, created), null, 1);
  yield {path: 'annotations.json', content: new TextEncoder().encode(text), compress: true};
}

/** `labelled-photos-2026-11-24.zip`, with the local date. */
export function zipName(created: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  const day = `${created.getFullYear()}-${two(created.getMonth() + 1)}-${two(created.getDate())}`;
  return `labelled-photos-${day}.zip`;
}

export interface ZipEntry {
  readonly path: string;
  readonly content: Uint8Array<ArrayBuffer>;
  /** False for photos, which are compressed already. */
  readonly compress: boolean;
}

/** The limits of the format without Zip64. */
const MAX_BYTES = 0xffff_ffff;
const MAX_FILES = 0xffff;

export class ZipTooLarge extends Error {
  override readonly name = 'ZipTooLarge';
}

/** Writes the zip file by file, with one photo in memory at a time. Throws ZipTooLarge. */
async function writeZip(entries: AsyncIterable<ZipEntry>): Promise<Blob> {
  // Browsers keep Blobs outside the page's memory, on disk if they are large.
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
    if (bytes > MAX_BYTES || files > MAX_FILES) {
      throw new ZipTooLarge(
        'These are more photos than one zip holds. Delete some that were trained on, then try again.',
      );
    }
  }
  zip.end();
  return new Blob(parts, {type: 'application/zip'});
}
