/** The phone's numbers beside the server's, for exactly the same photos. */
import {formatDuration} from '../ui/format.ts';
import type {Done} from './session.ts';

export function NumbersTable({done, onAgain}: {done: Done; onAgain: () => void}) {
  const {report, manifest, backend} = done;
  const {phone, server, times} = report;
  const everywhere = manifest.metrics;
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
          <Row name="AP50" phone={phone.ap50} server={server.ap50} write={share} />
          <Row
            name="Objects found"
            phone={phone.counts.truePositives}
            server={server.counts.truePositives}
            write={count => `${count} of ${phone.counts.truePositives + phone.counts.falseNegatives}`}
          />
          <Row
            name="Wrong boxes"
            phone={phone.counts.falsePositives}
            server={server.falsePositives}
            write={String}
          />
          <Row
            name="Wrong boxes a photo with nothing on it"
            phone={phone.falsePositivesPerEmptyPhoto}
            server={server.falsePositivesPerEmptyPhoto}
            write={mean => mean.toFixed(2)}
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
      {everywhere?.ap50 !== undefined && everywhere.photos !== undefined && (
        <p class="quiet small">
          A few photos are a hint. On all {everywhere.photos} held-out photos the server measured AP50{' '}
          {share(everywhere.ap50)}.
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
  /** Null when it could not be measured. */
  readonly phone: number | null;
  readonly server: number | null;
  readonly write: (value: number) => string;
}

function Row({name, phone, server, write}: RowProps) {
  const written = (value: number | null) => (value === null ? 'not measured' : write(value));
  return (
    <tr>
      <th scope="row">{name}</th>
      <td data-value={phone}>{written(phone)}</td>
      <td data-value={server}>{written(server)}</td>
    </tr>
  );
}

function share(value: number): string {
  return value.toFixed(3);
}
