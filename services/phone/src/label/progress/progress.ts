/** How many photos are labelled, and what to add next. */
import {statusOf, withoutRemovedClasses} from '../boxes/labelling.ts';
import type {PhotoRecord} from '../collection/photo-database.ts';

export interface ClassCount {
  readonly name: string;
  readonly boxes: number;
  readonly photos: number;
}

export interface Progress {
  readonly photos: number;
  /** With boxes confirmed by a person. */
  readonly labelled: number;
  readonly nothingHere: number;
  /** With unconfirmed boxes of the detector. */
  readonly toCheck: number;
  readonly toDo: number;
  /** By class id; only boxes of labelled photos. */
  readonly classes: readonly ClassCount[];
}

export function countProgress(photos: readonly PhotoRecord[], names: readonly string[]): Progress {
  const counts = {'to-do': 0, 'to-check': 0, labelled: 0, 'nothing-here': 0};
  const classes = names.map(name => ({name, boxes: 0, photos: 0}));
  for (const photo of photos) {
    const labelling = withoutRemovedClasses(photo.labelling, names.length);
    const status = statusOf(labelling);
    counts[status] += 1;
    if (status !== 'labelled') continue;
    for (const {classId} of labelling.boxes) classes[classId]!.boxes += 1;
    for (const classId of new Set(labelling.boxes.map(truth => truth.classId))) classes[classId]!.photos += 1;
  }
  return {
    photos: photos.length,
    labelled: counts.labelled,
    nothingHere: counts['nothing-here'],
    toCheck: counts['to-check'],
    toDo: counts['to-do'],
    classes,
  };
}

export const FEW_PHOTOS = 20;
export const SOME_PHOTOS = 100;
export const FEW_BOXES = 25;
export const SOME_BOXES = 100;
export const IMBALANCE = 3;
export const FEW_NEGATIVES = 0.05;

/**
 * Advice on what to add next, most important first, by the thresholds of the training job
 * (jobs/train/data/findings/advice.py).
 */
export function advice(progress: Progress): readonly string[] {
  const photos = progress.labelled + progress.nothingHere;
  if (photos === 0) return photosAdvice(photos);
  const {classes} = progress;
  const rarest = [...classes].sort((a, b) => a.boxes - b.boxes)[0];
  const mostFrequent = [...classes].sort((a, b) => b.boxes - a.boxes)[0];
  return [
    ...classes
      .filter(({boxes}) => boxes === 0)
      .map(({name}) => `No box of “${name}” yet: without one it is left out of the zip.`),
    ...photosAdvice(photos),
    ...classes.filter(({boxes}) => boxes > 0).flatMap(({name, boxes}) => boxesAdvice(name, boxes)),
    ...(mostFrequent && rarest && rarest.boxes > 0 && mostFrequent.boxes >= IMBALANCE * rarest.boxes
      ? [
          `“${mostFrequent.name}” has ${mostFrequent.boxes} boxes, “${rarest.name}” ${rarest.boxes}: the rarer one will be found less ` +
            `often.`,
        ]
      : []),
    ...(progress.nothingHere < FEW_NEGATIVES * photos
      ? [
          'Add photos of the usual surroundings with nothing in them: they keep the detector from seeing ghosts.',
        ]
      : []),
  ];
}

function photosAdvice(photos: number): readonly string[] {
  if (photos < FEW_PHOTOS)
    return [
      `${FEW_PHOTOS} photos make a first try, ${SOME_PHOTOS} a detector: from many places, distances and kinds of ` +
        'light.',
    ];
  if (photos < SOME_PHOTOS)
    return [
      `Enough for a first try. With ${SOME_PHOTOS - photos} more, from other places and light, it will know new ` +
        'surroundings too.',
    ];
  return [];
}

function boxesAdvice(name: string, boxes: number): readonly string[] {
  if (boxes < FEW_BOXES)
    return [`“${name}” needs about ${FEW_BOXES - boxes} more boxes not to be missed often.`];
  if (boxes < SOME_BOXES)
    return [`${SOME_BOXES - boxes} more boxes of “${name}” would cover its unusual poses and sizes.`];
  return [];
}
