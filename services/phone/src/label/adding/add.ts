/** Puts photos into the collection, one after the other, and tells how it went. */
import {signal} from '@preact/signals';

import {isHeic, PhotoProblem} from '../../vision/photo.ts';
import {askToPersist} from '../collection/persistence.ts';
import {prepared} from '../collection/prepare.ts';
import {CollectionProblem} from '../collection/problem.ts';
import type {PhotoRecord, PreparedPhoto} from '../collection/record.ts';
import type {Shelf} from '../collection/shelf.ts';

export interface Adding {
  readonly done: number;
  readonly total: number;
}

export interface Added {
  /** In the order of the files; those that were there before are not among them. */
  readonly added: readonly PhotoRecord[];
  readonly known: number;
  /** By name, with the reason. */
  readonly unreadable: readonly {readonly name: string; readonly reason: string}[];
  /** Why the rest was not added, and how many that are. */
  readonly stopped: {readonly problem: CollectionProblem; readonly left: number} | null;
}

/** How far it is; null when nothing is being added. */
export const adding = signal<Adding | null>(null);

/** Never rejects: a photo that cannot be opened is named and left out, a full storage ends the adding. */
export async function addPhotos(
  shelf: Shelf,
  files: readonly File[],
  prepare: (file: Blob) => Promise<PreparedPhoto> = prepared,
): Promise<Added> {
  const added: PhotoRecord[] = [];
  const unreadable: {name: string; reason: string}[] = [];
  let known = 0;
  try {
    for (const [index, file] of files.entries()) {
      adding.value = {done: index, total: files.length};
      try {
        const shelved = await shelf.add(await prepare(file));
        if (shelved.known) known += 1;
        else added.push(shelved.record);
      } catch (fault) {
        if (fault instanceof CollectionProblem) {
          return {added, known, unreadable, stopped: {problem: fault, left: files.length - index}};
        }
        unreadable.push({name: file.name, reason: await reasonOf(fault, file)});
      }
    }
    return {added, known, unreadable, stopped: null};
  } finally {
    adding.value = null;
    if (added.length > 0) void askToPersist(); // some browsers ask the person: nothing waits for the answer
  }
}

async function reasonOf(fault: unknown, file: File): Promise<string> {
  if (!(fault instanceof PhotoProblem))
    return 'It could not be opened here; it may be too large for this phone.';
  if (await isHeic(file)) return 'This browser cannot open HEIC photos: save it as JPEG, or use Safari.';
  return fault.message;
}

/** What happened, in sentences. */
export function summary({added, known, unreadable, stopped}: Added): readonly string[] {
  const photos = (count: number) => (count === 1 ? '1 photo' : `${count} photos`);
  return [
    ...(added.length > 0 ? [`Added ${photos(added.length)}.`] : []),
    ...(known > 0 ? [`${photos(known)} ${known === 1 ? 'was' : 'were'} here already.`] : []),
    ...unreadable.map(({name, reason}) => `${name} was left out. ${reason}`),
    ...(stopped ? [`${photos(stopped.left)} could not be added. ${stopped.problem.message}`] : []),
  ];
}
