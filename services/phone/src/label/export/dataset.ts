/** The zip that `make train DATA=...` takes: photos and annotations.json. */
import type {PhotoRecord} from '../collection/record.ts';
import {cocoDocument, exported, photoPath} from './coco.ts';
import {zipped, type ZipEntry} from './zip.ts';

export interface DatasetSource {
  readonly photos: readonly PhotoRecord[];
  readonly classes: readonly string[];
  readonly picture: (id: number) => Promise<Uint8Array<ArrayBuffer> | undefined>;
}

export type OnProgress = (done: number, total: number) => void;

/** Rejects with CollectionProblem when a photo cannot be read, with ZipTooLarge when they are too many. */
export function datasetZip(source: DatasetSource, created: Date, onProgress: OnProgress): Promise<Blob> {
  return zipped(entries(source, created, onProgress));
}

async function* entries(
  {photos, classes, picture}: DatasetSource,
  created: Date,
  onProgress: OnProgress,
): AsyncGenerator<ZipEntry> {
  const packed: PhotoRecord[] = [];
  const chosen = exported(photos, classes);
  for (const [index, photo] of chosen.entries()) {
    const content = await picture(photo.id);
    // Deleted meanwhile, in another tab perhaps: then it is not listed either.
    if (content) {
      yield {path: photoPath(photo), content, compress: false};
      packed.push(photo);
    }
    onProgress(index + 1, chosen.length);
  }
  const text = JSON.stringify(cocoDocument(packed, classes, created), null, 1);
  yield {path: 'annotations.json', content: new TextEncoder().encode(text), compress: true};
}

/** `labelled-photos-2026-11-24.zip`: of that day where the person is. */
export function zipName(created: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  const day = `${created.getFullYear()}-${two(created.getMonth() + 1)}-${two(created.getDate())}`;
  return `labelled-photos-${day}.zip`;
}
