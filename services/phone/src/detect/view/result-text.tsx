/** Results as text: caption, list of detections, and a summary for screen readers. */
import {useSignal, useSignalEffect, type ReadonlySignal} from '@preact/signals';
import {useRef} from 'preact/hooks';

import {formatDuration, formatPercent} from '../../ui/format.ts';
import type {Box, LabelledDetection} from '../../vision/box.ts';
import type {Result} from '../session/result.ts';

/** Where a result comes from. */
export type Side = 'phone' | 'server';

/** One side's result in a line: where, how long, which version. */
export function Caption({side, result, backend}: {side: Side; result: Result; backend?: string | undefined}) {
  const where = side === 'phone' ? 'This phone' : 'Server';
  return (
    <p class="caption numbers">
      <strong>{where}</strong>
      {result.state === 'busy' && <span>working…</span>}
      {result.state === 'done' && (
        <>
          <span class="time" data-ms={result.answer.ms.toFixed(2)}>
            {formatDuration(result.answer.ms)}
          </span>
          <span class="quiet">
            {side === 'phone' ? (backend ?? '') : `${formatDuration(result.answer.innerMs)} there`}
          </span>
          <span class="quiet">version {result.answer.version}</span>
        </>
      )}
    </p>
  );
}

/** The detections as a list, for screen readers and for comparison. */
export function DetectionList({found, label}: {found: readonly LabelledDetection[]; label: string}) {
  if (found.length === 0) return <p class="quiet">Nothing above the threshold.</p>;
  return (
    <ul class="found" aria-label={label}>
      {found.map((detection, i) => (
        <li
          key={i}
          data-class-id={detection.classId}
          data-score={detection.score}
          data-box={edges(detection.box)}
        >
          <span class={`swatch class-${detection.classId % 4}`} aria-hidden="true" />
          <span>{detection.label}</span>
          <span class="numbers quiet">{formatPercent(detection.score)}</span>
        </li>
      ))}
    </ul>
  );
}

/** The box at full precision. */
function edges({ymin, xmin, ymax, xmax}: Box): string {
  return [ymin, xmin, ymax, xmax].join(' ');
}

/** The number of detections per class, in the order of the classes: 'raccoon 2, kangaroo 1'. */
export function summary(detections: readonly LabelledDetection[]): string {
  const counts = new Map<number, {label: string; count: number}>();
  for (const {classId, label} of detections) {
    counts.set(classId, {label, count: (counts.get(classId)?.count ?? 0) + 1});
  }
  if (counts.size === 0) return 'Nothing found';
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([, {label, count}]) => `${label} ${count}`)
    .join(', ');
}

const MIN_INTERVAL_MS = 3000;

/** A live region that announces what the camera sees, when it changes and not too often. */
export function SpokenSummary({found}: {found: ReadonlySignal<readonly LabelledDetection[]>}) {
  const spoken = useSignal('');
  const last = useRef(0);
  useSignalEffect(() => {
    const words = summary(found.value);
    const now = performance.now();
    if (words === spoken.peek() || now - last.current < MIN_INTERVAL_MS) return;
    last.current = now;
    spoken.value = words;
  });
  return (
    <p class="unseen" aria-live="polite">
      {spoken.value}
    </p>
  );
}
