/** The cards with the result: the verdict, and the phone's metrics beside the server's. */
import {formatDuration} from '../ui/format.ts';
import type {Done} from './session.ts';
import type {Trust, Verdict} from './verdict.ts';

/** Icons, so that the verdict does not rely on colour alone. */
const ICON_PATHS: Readonly<Record<Trust, string>> = {
  good: 'M5 12.5l4.5 4.5L19 7.5',
  mixed: 'M12 6v7M12 17.5v.01',
  poor: 'M6 6l12 12M18 6L6 18',
  differs: 'M5 9h14M5 15h14M16 5L8 19',
  unknown: 'M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 17.5v.01',
};

export function VerdictCard({verdict}: {verdict: Verdict}) {
  return (
    <section class={`card verdict ${verdict.trust}`} role="status" aria-label="Verdict">
      <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
        <path d={ICON_PATHS[verdict.trust]} />
      </svg>
      <div>
        <h2>{verdict.headline}</h2>
        <ul>
          {verdict.reasons.map(reason => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      </div>
    </section>
  );
}

/** The phone's metrics beside the server's, on exactly the same photos. */
export function NumbersTable({done, onAgain}: {done: Done; onAgain: () => void}) {
  const {report, manifest, backend} = done;
  const {phone, server, times} = report;
  const allMetrics = manifest.metrics;
  return (
    <section class="card" aria-labelledby="numbers">
      <h2 id="numbers">On these {phone.photos} photos</h2>
      <table class="beside numbers">
        <thead>
          <tr>
            <td />
            <th scope="col">This phone</th>
            <th scope="col">Server</th>
          </tr>
        </thead>
        <tbody>
          <Row name="AP50" phone={phone.ap50} server={server.ap50} format={formatMetric} />
          <Row
            name="Objects found"
            phone={phone.counts.truePositives}
            server={server.counts.truePositives}
            format={count => `${count} of ${phone.counts.truePositives + phone.counts.falseNegatives}`}
          />
          <Row
            name="Wrong boxes"
            phone={phone.counts.falsePositives}
            server={server.falsePositives}
            format={String}
          />
          <Row
            name="Wrong boxes a photo with nothing on it"
            phone={phone.falsePositivesPerEmptyPhoto}
            server={server.falsePositivesPerEmptyPhoto}
            format={mean => mean.toFixed(2)}
          />
          <tr>
            <th scope="row">Time a photo</th>
            <td data-value={times.median}>{formatDuration(times.median)}</td>
            <td />
          </tr>
        </tbody>
      </table>
      <p class="quiet small">
        AP50 is 1 when everything is found and nothing else is. The time is the median, with {backend}; the
        slowest photo took {formatDuration(times.slowest)}.
      </p>
      {allMetrics?.ap50 !== undefined && allMetrics.photos !== undefined && (
        <p class="quiet small">
          A few photos are a hint. On all {allMetrics.photos} held-out photos the server measured AP50{' '}
          {formatMetric(allMetrics.ap50)}.
        </p>
      )}
      <button class="button" onClick={onAgain}>
        Run again
      </button>
    </section>
  );
}

interface RowProps {
  readonly name: string;
  /** Null if it could not be measured. */
  readonly phone: number | null;
  readonly server: number | null;
  readonly format: (value: number) => string;
}

function Row({name, phone, server, format}: RowProps) {
  const written = (value: number | null) => (value === null ? 'not measured' : format(value));
  return (
    <tr>
      <th scope="row">{name}</th>
      <td data-value={phone}>{written(phone)}</td>
      <td data-value={server}>{written(server)}</td>
    </tr>
  );
}

function formatMetric(value: number): string {
  return value.toFixed(3);
}
