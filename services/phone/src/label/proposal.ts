/** From a detector's answer to boxes for a person to correct. */
import type {Detection} from '../vision/box.ts';
import {UNTOUCHED, type Labelling} from './boxes/labelling.ts';
import {alike, cleanName} from './collection/class-name.ts';

export interface Proposal {
  readonly labelling: Labelling;
  /** The names of the collection: the detector's own where there were none yet. */
  readonly names: readonly string[];
  /** Labels that the collection has no class for; their boxes are left out. */
  readonly unknown: readonly string[];
}

/** `labels` are the detector's names by class id, `names` those of the collection: classes are matched by name. */
export function proposal(
  detections: readonly Detection[],
  labels: readonly string[],
  names: readonly string[],
): Proposal {
  const known = names.length > 0 ? names : labels.map(cleanName);
  const classIds = labels.map(label => known.findIndex(name => alike(name) === alike(cleanName(label))));
  const boxes = detections.flatMap(({classId, box}) => {
    const ours = classIds[classId] ?? -1;
    return ours < 0 ? [] : [{classId: ours, box}];
  });
  const unknown = labels.filter((_, i) => classIds[i]! < 0 && detections.some(({classId}) => classId === i));
  return {labelling: boxes.length > 0 ? {boxes, done: false} : UNTOUCHED, names: known, unknown};
}
