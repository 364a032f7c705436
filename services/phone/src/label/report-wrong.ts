/** "This is wrong": a photo with the detector's boxes comes into the collection, to be corrected. */
import {signal} from '@preact/signals';

import {navigate} from '../ui/route.ts';
import type {LabelledDetection} from '../vision/box.ts';
import {askToPersist} from './collection/persistence.ts';
import {prepared} from './collection/prepare.ts';
import type {PreparedPhoto} from './collection/record.ts';
import {shelf, type Shelf} from './collection/shelf.ts';
import {proposal} from './proposal.ts';

export interface WrongAnswer {
  /** The photo as it was taken, or the camera's picture. */
  readonly photo: Blob;
  /** The boxes that were shown. */
  readonly detections: readonly LabelledDetection[];
  /** All that the detector knows, for a collection without names. */
  readonly labels: readonly string[];
}

/** Labels of the detector that the collection has no class for, and the photo whose boxes were left out for it. */
export const leftOut = signal<{readonly id: number; readonly labels: readonly string[]} | null>(null);

/**
 * Keeps the photo with the boxes as a start and shows it in Label.
 *
 * A photo that a person has labelled already keeps that labelling. Rejects with PhotoProblem when this browser cannot
 * open the photo, with CollectionProblem when it cannot be kept; both messages are sentences to navigate.
 */
export async function reportWrong(answer: WrongAnswer): Promise<void> {
  navigate('label', String(await shelveWrong(shelf, answer)));
}

/** The same without showing it: the photo's id. */
export async function shelveWrong(
  on: Shelf,
  {photo, detections, labels}: WrongAnswer,
  prepare: (photo: Blob) => Promise<PreparedPhoto> = prepared,
): Promise<number> {
  const ready = await prepare(photo);
  await on.opened();
  const {labelling, names, unknown} = proposal(detections, labels, on.classes.value);
  if (on.classes.value.length === 0) await on.rename(names);
  const {record, known} = await on.add(ready, labelling);
  if (known && !record.labelling.done) await on.label(record.id, labelling);
  leftOut.value = unknown.length > 0 ? {id: record.id, labels: unknown} : null;
  void askToPersist(); // some browsers ask the person: nothing waits for the answer
  return record.id;
}
