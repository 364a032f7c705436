/** The Evaluate screen: runs the version's samples on this phone and compares the result with the server's. */
import './evaluate.css';

import {useEffect} from 'preact/hooks';

import {ModelPanel} from '../model/model-panel.tsx';
import type {ReadyModel} from '../model/phone-model.ts';
import {phoneModel, unsupportedReason} from '../model/shared-model.ts';
import {formatList} from '../ui/format.ts';
import {Problem} from '../ui/problem.tsx';
import {TrainingCurves} from './curves/training-curves.tsx';
import {NumbersTable, VerdictCard} from './result-cards.tsx';
import {Legend, SampleFigure} from './sample-figure.tsx';
import {cancel, evaluation, hasSamples, run, type Done} from './session.ts';

export function EvaluateScreen() {
  const obstacle = unsupportedReason();
  const model = phoneModel.state.value;
  useEffect(() => {
    if (obstacle === null) void phoneModel.start();
  }, [obstacle]);
  return (
    <div class="evaluate pad stack">
      <header>
        <h1>Evaluate</h1>
        <p class="quiet">
          Photos that were kept out of training, run on this phone, beside what the server found on them.
        </p>
      </header>
      {obstacle !== null && <p class="notice">{obstacle} The training curves are below all the same.</p>}
      {obstacle === null && (model.state === 'ready' ? <Samples model={model} /> : <ModelPanel />)}
      <TrainingCurves />
    </div>
  );
}

function Samples({model}: {model: ReadyModel}) {
  if (!hasSamples(model.manifest)) {
    return (
      <p class="notice">
        Version {model.manifest.version} was published without sample photos (--samples 0), so there is
        nothing to run here. Its curves are below; Detect shows how it does on photos of your own.
      </p>
    );
  }
  const now = evaluation.value;
  return (
    <>
      {now.state === 'running' && <Progress done={now.done} total={now.total} />}
      {now.state === 'failed' && <Problem message={now.message} onRetry={() => void run(model)} />}
      {now.state === 'idle' && <Start model={model} />}
      {now.state === 'done' && <Result done={now} onAgain={() => void run(model)} />}
    </>
  );
}

function Start({model}: {model: ReadyModel}) {
  const {version, labels, samples} = model.manifest;
  return (
    <div class="card stack">
      <p>
        Version {version} finds {formatList(labels)}. It comes with {samples?.length} photos to try it on.
      </p>
      <button class="button main" onClick={() => void run(model)}>
        Run them on this phone
      </button>
    </div>
  );
}

function Progress({done, total}: {done: number; total: number}) {
  return (
    <div class="card stack" role="status">
      <label class="stack">
        <span class="numbers">
          Photo {Math.min(done + 1, total)} of {total}…
        </span>
        <progress max={total} value={done} />
      </label>
      <button class="button" onClick={cancel}>
        Cancel
      </button>
    </div>
  );
}

function Result({done, onAgain}: {done: Done; onAgain: () => void}) {
  const {report, samples, manifest} = done;
  return (
    <>
      <VerdictCard verdict={report.verdict} />
      <NumbersTable done={done} onAgain={onAgain} />
      <section class="stack" aria-labelledby="photos">
        <div>
          <h2 id="photos">The photos, worst first</h2>
          <Legend />
        </div>
        <ol class="samples">
          {done.worstFirst.map(ran => (
            <li key={`${manifest.version}/${ran.sample.file}`}>
              <SampleFigure ran={ran} labels={samples.labels} />
            </li>
          ))}
        </ol>
      </section>
    </>
  );
}
