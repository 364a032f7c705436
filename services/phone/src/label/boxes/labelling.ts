/** The labelling of one photo. */
import type {Box, GroundTruth} from '../../vision/box.ts';

/**
 * `done`: confirmed by a person. Otherwise boxes are a detector's proposal, and a photo without boxes is unlabelled.
 */
export interface Labelling {
  readonly boxes: readonly GroundTruth[];
  readonly done: boolean;
}

export type Status = 'to-do' | 'to-check' | 'labelled' | 'nothing-here';

export const UNTOUCHED: Labelling = {boxes: [], done: false};
export const NOTHING_HERE: Labelling = {boxes: [], done: true};

export function statusOf({boxes, done}: Labelling): Status {
  if (boxes.length === 0) return done ? 'nothing-here' : 'to-do';
  return done ? 'labelled' : 'to-check';
}

/** Whether the photo can be used for training: an unlabelled photo is not an example without objects. */
export function isUsable(labelling: Labelling): boolean {
  return labelling.done;
}

export function withBox({boxes}: Labelling, added: GroundTruth): Labelling {
  return {boxes: [...boxes, added], done: true};
}

/** Unchanged if there is no such box. */
export function withShape(labelling: Labelling, index: number, box: Box): Labelling {
  const {boxes} = labelling;
  if (!boxes[index]) return labelling;
  return {boxes: boxes.map((truth, i) => (i === index ? {...truth, box} : truth)), done: true};
}

export function withClass({boxes}: Labelling, index: number, classId: number): Labelling {
  return {boxes: boxes.map((truth, i) => (i === index ? {...truth, classId} : truth)), done: true};
}

/** Without its last box the photo is to do again: only the person can say that nothing is on it. */
export function withoutBox({boxes}: Labelling, index: number): Labelling {
  const left = boxes.filter((_, i) => i !== index);
  return {boxes: left, done: left.length > 0};
}

/** Without boxes of removed classes, as if each had been deleted. */
export function withoutRemovedClasses(labelling: Labelling, count: number): Labelling {
  const boxes = labelling.boxes.filter(({classId}) => classId < count);
  if (boxes.length === labelling.boxes.length) return labelling;
  return {boxes, done: labelling.done && boxes.length > 0};
}

/** The same boxes, confirmed by a person. */
export function confirmed({boxes}: Labelling): Labelling {
  return {boxes, done: true};
}
