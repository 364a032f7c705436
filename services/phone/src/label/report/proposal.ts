/** Converts detections to boxes for a person to correct. */
import type {LabelledDetection} from '../../vision/box.ts';
import {UNTOUCHED, type Labelling} from '../boxes/labelling.ts';
import {cleanName, nameKey} from '../collection/class-name.ts';

export interface Proposal {
  readonly labelling: Labelling;
  /** The collection's class names; the detector's labels if there were none yet. */
  readonly names: readonly string[];
  /** Labels without a class in the collection; their boxes are left out. */
  readonly unknown: readonly string[];
}

/**
 * `labels` are the detector's, `names` the collection's. Boxes are assigned to classes by their own label, as a
 * different version than that of `labels` may have made them.
 */
export function proposal(
  detections: readonly LabelledDetection[],
  labels: readonly string[],
  names: readonly string[],
): Proposal {
  const known = names.length > 0 ? names : labels.map(cleanName);
  const classOf = (label: string) => known.findIndex(name => nameKey(name) === nameKey(cleanName(label)));
  const boxes = detections.flatMap(({label, box}) => {
    const classId = classOf(label);
    return classId < 0 ? [] : [{classId, box}];
  });
  const unknown = [...new Set(detections.map(({label}) => label))].filter(label => classOf(label) < 0);
  return {labelling: boxes.length > 0 ? {boxes, done: false} : UNTOUCHED, names: known, unknown};
}
