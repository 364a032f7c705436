/** One sample photo with what is on it and what was found. */
import {useEffect, useMemo} from 'preact/hooks';

import {formatDuration, formatPercent} from '../ui/format.ts';
import type {Box, Detection, GroundTruth} from '../vision/box.ts';
import type {Ran} from './run.ts';

interface SampleFigureProps {
  readonly ran: Ran;
  readonly labels: readonly string[];
}

export function SampleFigure({ran, labels}: SampleFigureProps) {
  const address = useMemo(() => URL.createObjectURL(ran.photo), [ran.photo]);
  useEffect(() => () => URL.revokeObjectURL(address), [address]);
  const {sample, outcome} = ran;
  const nameOf = ({classId}: GroundTruth) => labels[classId] ?? String(classId);
  const scored = (found: Detection) => `${nameOf(found)} ${formatPercent(found.score)}`;
  const foundOnes = sample.groundTruth.filter(object => !outcome.missed.includes(object));
  return (
    <figure class="sample" data-file={sample.file}>
      <div class="photo">
        <img src={address} alt="" width={sample.width} height={sample.height} />
        {foundOnes.map((object, place) => (
          <Frame key={`truth ${place}`} kind="truth" box={object.box} />
        ))}
        {outcome.truePositives.map((found, place) => (
          <Frame key={`right ${place}`} kind="right" box={found.box} tag={`✓ ${scored(found)}`} />
        ))}
        {outcome.missed.map((object, place) => (
          <Frame key={`missed ${place}`} kind="missed" box={object.box} tag={`? ${nameOf(object)}`} />
        ))}
        {outcome.falsePositives.map((found, place) => (
          <Frame key={`wrong ${place}`} kind="wrong" box={found.box} tag={`✕ ${scored(found)}`} />
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

/** The same in words, for those who do not see the boxes. */
function lines(
  {sample, outcome}: Ran,
  scored: (found: Detection) => string,
  nameOf: (object: GroundTruth) => string,
): [string, string][] {
  const told: [string, string[]][] = [
    ['Found', outcome.truePositives.map(scored)],
    ['Missed', outcome.missed.map(nameOf)],
    ['Wrong', outcome.falsePositives.map(scored)],
  ];
  const said = told.filter(([, which]) => which.length > 0).map(([what, which]) => [what, which.join(', ')]);
  if (said.length > 0) return said as [string, string][];
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
      {tag !== undefined && <span class={tagLook(kind, box)}>{tag}</span>}
    </div>
  );
}

/** Tags stand outside of their box, above or below it, unless that is outside of the photo; so for left and right. */
function tagLook(kind: FrameProps['kind'], box: Box): string {
  const hasRoom = kind === 'wrong' ? box.ymax < 0.9 : box.ymin > 0.1;
  return `tag${hasRoom ? '' : ' inside'}${box.xmin > 0.5 ? ' leftwards' : ''}`;
}
