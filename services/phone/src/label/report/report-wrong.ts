/** "This is wrong": adds a photo with the detector's boxes to the collection, to be corrected. */
import {signal} from '@preact/signals';

import {navigate} from '../../ui/route.ts';
import type {LabelledDetection} from '../../vision/box.ts';
import {collection, requestPersistence, type Collection} from '../collection/collection.ts';
import type {PreparedPhoto} from '../collection/photo-database.ts';
import {preparePhoto} from '../collection/prepare-photo.ts';
import {proposal} from './proposal.ts';

export interface WrongAnswer {
  /** The original photo, or the camera frame. */
  readonly photo: Blob;
  /** The detections that were shown. */
  readonly detections: readonly LabelledDetection[];
  /** All labels of the detector, used if the collection has no class names yet. */
  readonly labels: readonly string[];
}

/** The photo from which boxes were left out, and their labels: the collection has no class for them. */
export const leftOut = signal<{readonly id: number; readonly labels: readonly string[]} | null>(null);

/**
 * Adds the photo with the detections as its boxes, and opens it in Label.
 *
 * A photo that a person has already labelled keeps its labelling. Rejects with PhotoProblem if this browser cannot open
 * the photo, and with CollectionProblem if it cannot be stored; both messages are meant for people.
 */
export async function reportWrong(answer: WrongAnswer): Promise<void> {
  navigate('label', String(await addWrongDetections(collection, answer)));
}

/** The same without opening it; returns the photo's id. */
export async function addWrongDetections(
  target: Collection,
  {photo, detections, labels}: WrongAnswer,
  prepare: (photo: Blob) => Promise<PreparedPhoto> = preparePhoto,
): Promise<number> {
  const prepared = await prepare(photo);
  await target.open();
  const {labelling, names, unknown} = proposal(detections, labels, target.classes.value);
  if (target.classes.value.length === 0) await target.rename(names);
  const {record, isDuplicate} = await target.add(prepared, labelling);
  if (isDuplicate && !record.labelling.done) await target.label(record.id, labelling);
  leftOut.value = unknown.length > 0 ? {id: record.id, labels: unknown} : null;
  void requestPersistence(); // not awaited: some browsers prompt the person
  return record.id;
}
