/** The panel of the model on this phone: what it is, how to get, update and delete it. */
import type {Manifest} from '../gateway/manifest.ts';
import {isPageCached} from '../storage/offline-page.ts';
import {formatBytes, formatDate} from '../ui/format.ts';
import {Problem} from '../ui/problem.tsx';
import {backendName, describeMeasured} from './backends.ts';
import type {Progress, ReadyModel} from './phone-model.ts';
import {phoneModel} from './shared-model.ts';

export function ModelPanel() {
  const now = phoneModel.state.value;
  return (
    <section class="model" aria-label="Model on this phone">
      {phoneModel.notice.value !== null && (
        <p class="notice" role="status">
          {phoneModel.notice.value}
        </p>
      )}
      {now.state === 'none' && <Missing />}
      {now.state === 'starting' && <p class="quiet">Opening the model…</p>}
      {(now.state === 'fetching' || now.state === 'testing') && <InstallProgress progress={now} />}
      {now.state === 'failed' && (
        <Problem message={now.message} onRetry={() => void phoneModel.fetchAgain()} />
      )}
      {now.state === 'ready' && <Ready model={now} />}
    </section>
  );
}

function Missing() {
  return (
    <div class="card row">
      <p>There is no model on this phone.</p>
      <button class="button main" onClick={() => void phoneModel.fetchAgain()}>
        Get the model
      </button>
    </div>
  );
}

function InstallProgress({progress}: {progress: Progress}) {
  if (progress.state === 'testing') {
    return <p class="quiet">Testing version {progress.version} on its own sample photo…</p>;
  }
  const {received, total} = progress;
  return (
    <div class="card">
      <label class="stack">
        <span class="numbers">
          Getting the model: {formatBytes(received)} of {formatBytes(total)}
        </span>
        <progress max={total} value={received} />
      </label>
    </div>
  );
}

function Ready({model}: {model: ReadyModel}) {
  const {manifest, sizeBytes, isStored} = model;
  const offer = phoneModel.offer.value;
  const updating = phoneModel.updating.value;
  return (
    <>
      {updating && <InstallProgress progress={updating} />}
      {offer && !updating && (
        <div class="notice" role="status">
          <p>{describeOffer(offer.manifest, manifest)}</p>
          <button class="button main" onClick={() => void phoneModel.update()}>
            Get version {offer.manifest.version}
          </button>
        </div>
      )}
      <details class="card">
        <summary>
          <span>
            Model on this phone: <strong>version {manifest.version}</strong>, {formatBytes(sizeBytes)}
          </span>
        </summary>
        <dl class="model-facts">
          <dt>Finds</dt>
          <dd>{manifest.labels.join(', ')}</dd>
          <dt>Made</dt>
          <dd>{formatDate(manifest.created)}</dd>
          <dt>Runs with</dt>
          <dd>{backendName(model.runner.backend.value)}</dd>
          <dt>Measured here</dt>
          <dd class="numbers">{describeMeasured(model.runner.measured.value) || 'in a moment'}</dd>
          <dt>Without a network</dt>
          <dd>{isStored && isPageCached.value ? 'works' : 'only until this page is closed'}</dd>
        </dl>
        <div class="row">
          <button class="button" onClick={() => void phoneModel.checkForUpdate()}>
            Look for a newer version
          </button>
          <button class="button danger" onClick={() => void phoneModel.remove()}>
            Delete the model
          </button>
        </div>
      </details>
    </>
  );
}

function describeOffer(theirs: Manifest, ours: Manifest): string {
  if (theirs.version !== ours.version) {
    return `The server has version ${theirs.version} now; this phone has version ${ours.version}.`;
  }
  // A new store has reused the version number.
  return `The server has another version ${theirs.version} now, made on ${formatDate(theirs.created)}.`;
}
