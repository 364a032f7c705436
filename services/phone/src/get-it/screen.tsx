/** The Get it screen: the files of a version for use in other apps, and example programs. */
import './get-it.css';

import {useEffect} from 'preact/hooks';

import {scoreThreshold, type Manifest} from '../gateway/manifest.ts';
import {formatDate} from '../ui/format.ts';
import {Problem} from '../ui/problem.tsx';
import {ExamplesSection} from './examples/examples-section.tsx';
import {FileList} from './files/file-list.tsx';
import {loadOffered, offered} from './offered-version.ts';

export function GetItScreen() {
  useEffect(() => void loadOffered(), []);
  const now = offered.value;
  return (
    <div class="get-it pad stack">
      <header>
        <h1>Get it</h1>
        <p class="quiet">The model for apps of your own: on the device, or by asking this server.</p>
      </header>
      {now.state === 'loading' && <p class="quiet">Asking the server…</p>}
      {now.state === 'failed' && <Problem message={now.message} onRetry={() => void loadOffered()} />}
      {now.state === 'loaded' && (
        <>
          {now.offlineReason !== null && (
            <p class="notice">
              {now.offlineReason} This is the version on this phone; downloads need the server.
            </p>
          )}
          <Version manifest={now.manifest} />
        </>
      )}
    </div>
  );
}

function Version({manifest}: {manifest: Manifest}) {
  const {name, version, created, metrics} = manifest;
  return (
    <>
      <p>
        <strong>
          {name}, version {version}
        </strong>{' '}
        of {formatDate(created)}
        {metrics?.ap50 !== undefined && `, AP50\u00a0${metrics.ap50.toFixed(3)}`}
      </p>
      <ExamplesSection manifest={manifest} />
      <FactsCard manifest={manifest} />
      <FileList manifest={manifest} />
    </>
  );
}

/** The input and output of the model. */
function FactsCard({manifest}: {manifest: Manifest}) {
  const {input, labels, outputs} = manifest;
  return (
    <section class="card" aria-labelledby="contract">
      <h2 id="contract">What goes in, what comes out</h2>
      <dl class="facts">
        <dt>Photo</dt>
        <dd>
          upright, RGB, stretched to {input.width} × {input.height} (no letterbox), values 0 to 255
        </dd>
        <dt>Outputs</dt>
        <dd>
          {(outputs['tflite'] ?? []).map((name, index) => (
            <span key={name}>
              {index > 0 && ', '}
              <code>{name}</code>
            </span>
          ))}
          , in this order, best first
        </dd>
        <dt>Boxes</dt>
        <dd>ymin, xmin, ymax, xmax from 0 to 1 of the upright photo</dd>
        <dt>Classes</dt>
        <dd>{labels.map((label, id) => `${id} ${label}`).join(', ')}</dd>
        <dt>Threshold</dt>
        <dd>show scores of {scoreThreshold(manifest)} or more</dd>
      </dl>
    </section>
  );
}
