/** Adds files to the collection, one after the other, and reports the outcome. */
import {signal} from '@preact/signals';

import {isHeic, PhotoProblem} from '../../vision/photo.ts';
import {requestPersistence, type Collection} from '../collection/collection.ts';
import {CollectionProblem, type PhotoRecord, type PreparedPhoto} from '../collection/photo-database.ts';
import {preparePhoto} from '../collection/prepare-photo.ts';

export interface Adding {
  readonly done: number;
  readonly total: number;
}

export interface Added {
  /** In the order of the files, without duplicates. */
  readonly added: readonly PhotoRecord[];
  /** The number of files that were added before. */
  readonly duplicates: number;
  /** Files that could not be opened. */
  readonly unreadable: readonly {readonly name: string; readonly reason: string}[];
  /** Why the remaining files were not added, and their number. */
  readonly stopped: {readonly problem: CollectionProblem; readonly left: number} | null;
}

/** Progress; null when nothing is being added. */
export const adding = signal<Adding | null>(null);

/** Never rejects: photos that cannot be opened are skipped and listed; a full storage stops the process. */
export async function addPhotos(
  collection: Collection,
  files: readonly File[],
  prepare: (file: Blob) => Promise<PreparedPhoto> = preparePhoto,
): Promise<Added> {
  const added: PhotoRecord[] = [];
  const unreadable: {name: string; reason: string}[] = [];
  let duplicates = 0;
  try {
    for (const [index, file] of files.entries()) {
      adding.value = {done: index, total: files.length};
      try {
        const result = await collection.add(await prepare(file));
        if (result.isDuplicate) duplicates += 1;
        else added.push(result.record);
      } catch (fault) {
        if (fault instanceof CollectionProblem) {
          return {added, duplicates, unreadable, stopped: {problem: fault, left: files.length - index}};
        }
        unreadable.push({name: file.name, reason: await reasonOf(fault, file)});
      }
    }
    return {added, duplicates, unreadable, stopped: null};
  } finally {
    adding.value = null;
    if (added.length > 0) void requestPersistence(); // not awaited: some browsers prompt the person
  }
}

async function reasonOf(fault: unknown, file: File): Promise<string> {
  if (!(fault instanceof PhotoProblem))
    return 'It could not be opened here; it may be too large for this phone.';
  if (await isHeic(file)) return 'This browser cannot open HEIC photos: save it as JPEG, or use Safari.';
  return fault.message;
}

/** The outcome as messages for people. */
export function summary({added, duplicates, unreadable, stopped}: Added): readonly string[] {
  const photos = (count: number) => (count === 1 ? '1 photo' : `${count} photos`);
  return [
    ...(added.length > 0 ? [`Added ${photos(added.length)}.`] : []),
    ...(duplicates > 0 ? [`${photos(duplicates)} ${duplicates === 1 ? 'was' : 'were'} here already.`] : []),
    ...unreadable.map(({name, reason}) => `${name} was left out. ${reason}`),
    ...(stopped ? [`${photos(stopped.left)} could not be added. ${stopped.problem.message}`] : []),
  ];
}
