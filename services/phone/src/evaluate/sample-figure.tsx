/** One sample photo with its objects and detections, and the legend of the boxes. */
import {useEffect, useMemo} from 'preact/hooks';

import {formatDuration, formatPercent} from '../ui/format.ts';
import type {Box, Detection, GroundTruth} from '../vision/box.ts';
import type {SampleResult} from './run-samples.ts';

interface SampleFigureProps {
  readonly ran: SampleResult;
  readonly labels: readonly string[];
}

export function SampleFigure({ran, labels}: SampleFigureProps) {
  const address = useMemo(() => URL.createObjectURL(ran.photo), [ran.photo]);
  useEffect(() => () => URL.revokeObjectURL(address), [address]);
  const {sample, outcome} = ran;
  const nameOf = ({classId}: GroundTruth) => labels[classId] ?? String(classId);
  const scored = (found: Detection) => `${nameOf(found)} ${formatPercent(found.score)}`;
  const foundObjects = sample.groundTruth.filter(object => !outcome.missed.includes(object));
  return (
    <figure class="sample" data-file={sample.file}>
      <div class="photo">
        <img src={address} alt="" width={sample.width} height={sample.height} />
        {foundObjects.map((object, index) => (
          <Frame key={`truth ${index}`} kind="truth" box={object.box} />
        ))}
        {outcome.truePositives.map((found, index) => (
          <Frame key={`right ${index}`} kind="right" box={found.box} tag={`✓ ${scored(found)}`} />
        ))}
        {outcome.missed.map((object, index) => (
          <Frame key={`missed ${index}`} kind="missed" box={object.box} tag={`? ${nameOf(object)}`} />
        ))}
        {outcome.falsePositives.map((found, index) => (
          <Frame key={`wrong ${index}`} kind="wrong" box={found.box} tag={`✕ ${scored(found)}`} />
        ))}
      </div>
      <figcaption>
        {lines(ran, scored, nameOf).map(([what, which]) => (
          <span key={what}>
            <strong>{what}</strong> {which}
          </span>
        ))}
        <span class="quiet small">
          {ran.agrees ? 'The server says the same.' : 'The server says otherwise.'} {formatDuration(ran.ms)}
        </span>
      </figcaption>
    </figure>
  );
}

/** The boxes in words, for screen readers. */
function lines(
  {sample, outcome}: SampleResult,
  scored: (found: Detection) => string,
  nameOf: (object: GroundTruth) => string,
): [string, string][] {
  const groups: [string, string[]][] = [
    ['Found', outcome.truePositives.map(scored)],
    ['Missed', outcome.missed.map(nameOf)],
    ['Wrong', outcome.falsePositives.map(scored)],
  ];
  const entries = groups
    .filter(([, which]) => which.length > 0)
    .map(([what, which]) => [what, which.join(', ')]);
  if (entries.length > 0) return entries as [string, string][];
  return sample.groundTruth.length === 0 ? [['Nothing on it', 'and nothing drawn']] : [];
}

interface FrameProps {
  readonly kind: 'truth' | 'right' | 'wrong' | 'missed';
  readonly box: Box;
  readonly tag?: string;
}

function Frame({kind, box, tag}: FrameProps) {
  const place = {
    left: `${box.xmin * 100}%`,
    top: `${box.ymin * 100}%`,
    width: `${(box.xmax - box.xmin) * 100}%`,
    height: `${(box.ymax - box.ymin) * 100}%`,
  };
  return (
    <div class={`mark ${kind}`} style={place} aria-hidden="true">
      {tag !== undefined && <span class={tagClass(kind, box)}>{tag}</span>}
    </div>
  );
}

/** Tags are placed outside their box, unless that would be outside the photo. */
function tagClass(kind: FrameProps['kind'], box: Box): string {
  const hasRoom = kind === 'wrong' ? box.ymax < 0.9 : box.ymin > 0.1;
  return `tag${hasRoom ? '' : ' inside'}${box.xmin > 0.5 ? ' leftwards' : ''}`;
}

/** The meaning of the boxes, distinguished by line style and not by colour alone. */
/** The meaning of the boxes, distinguished by line style and not by colour alone. */
export function Legend() {
  return (
    <ul class="legend">
      <li>
        <span class="mark truth" aria-hidden="true" /> what a person marked
      </li>
      <li>
        <span class="mark right" aria-hidden="true" /> ✓ found
      </li>
      <li>
        <span class="mark wrong" aria-hidden="true" /> ✕ wrong
      </li>
      <li>
        <span class="mark missed" aria-hidden="true" /> ? missed
      </li>
    </ul>
  );
}
