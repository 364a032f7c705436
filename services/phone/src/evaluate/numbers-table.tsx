/** The phone's numbers beside the server's, for exactly the same photos. */
import {duration} from '../shell/words.ts';
import type {Counts} from './maths/evaluation.ts';
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
          <Row name="AP50" phone={share(phone.ap50)} server={share(server.ap50)} />
          <Row name="Objects found" phone={found(phone.counts)} server={found(server.counts)} />
          <Row
            name="Wrong boxes"
            phone={String(phone.counts.falsePositives)}
            server={whole(server.falsePositives)}
          />
          <Row
            name="Wrong boxes a photo with nothing on it"
            phone={mean(phone.falsePositivesPerEmptyPhoto)}
            server={mean(server.falsePositivesPerEmptyPhoto)}
          />
          <Row name="Time a photo" phone={duration(times.median)} server="" />
        </tbody>
      </table>
      <p class="quiet small">
        AP50 is 1 when everything is found and nothing else is. The time is the median, with {backend}; the
        slowest photo took {duration(times.slowest)}.
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

function Row({name, phone, server}: {name: string; phone: string; server: string}) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{phone}</td>
      <td>{server}</td>
    </tr>
  );
}

const NOT_MEASURED = 'not measured';

function share(value: number | null): string {
  return value === null ? NOT_MEASURED : value.toFixed(3);
}

function mean(value: number | null): string {
  return value === null ? NOT_MEASURED : value.toFixed(2);
}

function whole(value: number | null): string {
  return value === null ? NOT_MEASURED : String(value);
}

function found({truePositives, falseNegatives}: Counts): string {
  return `${truePositives} of ${truePositives + falseNegatives}`;
}
