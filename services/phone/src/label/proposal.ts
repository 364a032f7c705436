/** From a detector's answer to boxes for a person to correct. */
import type {LabelledDetection} from '../vision/box.ts';
import {UNTOUCHED, type Labelling} from './boxes/labelling.ts';
import {alike, cleanName} from './collection/class-name.ts';

export interface Proposal {
  readonly labelling: Labelling;
  /** The names of the collection: the detector's own where there were none yet. */
  readonly names: readonly string[];
  /** Labels that the collection has no class for; their boxes are left out. */
  readonly unknown: readonly string[];
}

/**
 * `labels` are all that the detector knows, `names` those of the collection: boxes find their class by their own label,
 * as the version that answered may be another one than that of `labels`.
 */
export function proposal(
  detections: readonly LabelledDetection[],
  labels: readonly string[],
  names: readonly string[],
): Proposal {
  const known = names.length > 0 ? names : labels.map(cleanName);
  const classOf = (label: string) => known.findIndex(name => alike(name) === alike(cleanName(label)));
  const boxes = detections.flatMap(({label, box}) => {
    const classId = classOf(label);
    return classId < 0 ? [] : [{classId, box}];
  });
  const unknown = [...new Set(detections.map(({label}) => label))].filter(label => classOf(label) < 0);
  return {labelling: boxes.length > 0 ? {boxes, done: false} : UNTOUCHED, names: known, unknown};
}
