/** Reads out what the camera finds, when it changes and not too often. */
import {useSignal, useSignalEffect, type ReadonlySignal} from '@preact/signals';
import {useRef} from 'preact/hooks';

import type {Labelled} from './answers.ts';
import {summary} from './summary.ts';

const AT_MOST_EVERY_MS = 3000;

export function SpokenSummary({found}: {found: ReadonlySignal<readonly Labelled[]>}) {
  const spoken = useSignal('');
  const last = useRef(0);
  useSignalEffect(() => {
    const words = summary(found.value);
    const now = performance.now();
    if (words === spoken.peek() || now - last.current < AT_MOST_EVERY_MS) return;
    last.current = now;
    spoken.value = words;
  });
  return (
    <p class="unseen" aria-live="polite">
      {spoken.value}
    </p>
  );
}
