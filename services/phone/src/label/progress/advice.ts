/** What to add next, by the numbers that the training job goes by (jobs/train/data/findings/advice.py). */
import type {Progress} from './progress.ts';

export const FEW_PHOTOS = 20;
export const SOME_PHOTOS = 100;
export const FEW_BOXES = 25;
export const SOME_BOXES = 100;
export const IMBALANCE = 3;
export const FEW_NEGATIVES = 0.05;

/** Plain sentences, most important first; empty when there is enough of everything. */
export function advice(progress: Progress): readonly string[] {
  const photos = progress.labelled + progress.nothingHere;
  if (photos === 0) return photosAdvice(photos);
  const {classes} = progress;
  const least = [...classes].sort((a, b) => a.boxes - b.boxes)[0];
  const most = [...classes].sort((a, b) => b.boxes - a.boxes)[0];
  return [
    ...classes
      .filter(({boxes}) => boxes === 0)
      .map(({name}) => `No box of “${name}” yet: without one it is left out of the zip.`),
    ...photosAdvice(photos),
    ...classes.filter(({boxes}) => boxes > 0).flatMap(({name, boxes}) => boxesAdvice(name, boxes)),
    ...(most && least && least.boxes > 0 && most.boxes >= IMBALANCE * least.boxes
      ? [
          `“${most.name}” has ${most.boxes} boxes, “${least.name}” ${least.boxes}: the rarer one will be found less ` +
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
