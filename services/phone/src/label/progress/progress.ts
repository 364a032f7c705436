/** How far the labelling is. */
import {ofClasses, statusOf} from '../boxes/labelling.ts';
import type {PhotoRecord} from '../collection/record.ts';

export interface ClassCount {
  readonly name: string;
  readonly boxes: number;
  readonly photos: number;
}

export interface Progress {
  readonly photos: number;
  /** With boxes that a person stands by. */
  readonly labelled: number;
  readonly nothingHere: number;
  /** With boxes of the detector that nobody checked. */
  readonly toCheck: number;
  readonly toDo: number;
  /** By class id; boxes of checked photos only. */
  readonly classes: readonly ClassCount[];
}

export function progressOf(photos: readonly PhotoRecord[], names: readonly string[]): Progress {
  const counts = {'to-do': 0, 'to-check': 0, labelled: 0, 'nothing-here': 0};
  const classes = names.map(name => ({name, boxes: 0, photos: 0}));
  for (const photo of photos) {
    const labelling = ofClasses(photo.labelling, names.length);
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
