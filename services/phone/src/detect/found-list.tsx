/** What was found, as a list that can be read out and compared. */
import {formatPercent} from '../ui/format.ts';
import type {Box} from '../vision/box.ts';
import type {Labelled} from './answers.ts';

export function FoundList({found, label}: {found: readonly Labelled[]; label: string}) {
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

/** In full, where the list rounds. */
function edges({ymin, xmin, ymax, xmax}: Box): string {
  return [ymin, xmin, ymax, xmax].join(' ');
}
