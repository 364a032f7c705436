/** One side's answer in a line: where, how long, which version. */
import {formatDuration} from '../ui/format.ts';
import type {Result} from './result.ts';

export type Side = 'phone' | 'server';

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
