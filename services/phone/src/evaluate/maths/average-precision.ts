/** A detection as the precision curve sees it: how sure, and whether it found an object. */
export interface Judged {
  readonly score: number;
  readonly right: boolean;
}

/** COCO's recall points 0, 0.01, ..., 1. */
const RECALL_POINTS = Array.from({length: 101}, (_, point) => point * 0.01);

/**
 * Area under the interpolated precision curve of one class at one overlap, 0..1.
 *
 * `judged` is sorted by falling score, `objects` the number of labelled ones; null when there are none.
 */
export function averagePrecision(judged: readonly Judged[], objects: number): number | null {
  const curve = interpolatedPrecision(judged, objects);
  return curve === null ? null : curve.reduce((sum, precision) => sum + precision, 0) / curve.length;
}

/** Best precision at or beyond each of the 101 recall points; null when no object is labelled. */
export function interpolatedPrecision(judged: readonly Judged[], objects: number): number[] | null {
  if (objects === 0) return null;
  let found = 0;
  const points = judged.map(({right}, place) => {
    if (right) found += 1;
    return {recall: found / objects, precision: found / (place + 1)};
  });
  // From the end, so that each point knows the best precision at its recall or beyond.
  let best = 0;
  const envelope = points.reverse().map(({recall, precision}) => {
    best = Math.max(best, precision);
    return {recall, precision: best};
  });
  envelope.reverse();
  return RECALL_POINTS.map(wanted => envelope.find(({recall}) => recall >= wanted)?.precision ?? 0);
}

/** Mean of those that were measured; null when none was. */
export function meanOfMeasured(values: readonly (number | null)[]): number | null {
  const measured = values.filter(value => value !== null);
  return measured.length === 0 ? null : measured.reduce((sum, value) => sum + value, 0) / measured.length;
}
