/** The training curves of a version, over both phases. */
import {useSignal} from '@preact/signals';
import {useEffect, useMemo} from 'preact/hooks';

import {apiKeysWanted} from '../../gateway/api-key.ts';
import {fetchManifest} from '../../gateway/fetch-manifest.ts';
import {filePath, HISTORY, type Manifest} from '../../gateway/manifest.ts';
import {phoneModel, versionFile} from '../../model/shared-model.ts';
import {errorMessage} from '../../ui/format.ts';
import {ChartFigure} from './chart-figure.tsx';
import {describeAccuracy, describeLoss, parseHistory, type Curves} from './history.ts';

const DASHED = [6, 4];

type Shown =
  | {readonly state: 'opening'}
  | {readonly state: 'failed'; readonly message: string}
  | {readonly state: 'shown'; readonly manifest: Manifest; readonly curves: Curves | null};

/** The curves of the model on this phone, otherwise of the server's version. */
export function TrainingCurves() {
  const shown = useSignal<Shown>({state: 'opening'});
  const model = phoneModel.state.value;
  const own = model.state === 'ready' ? model.manifest : null;
  const isModelKnown = own !== null || model.state === 'none' || model.state === 'failed';
  useEffect(() => {
    if (!isModelKnown) return undefined;
    let stale = false;
    void open(own).then(opened => {
      if (!stale) shown.value = opened;
    });
    return () => (stale = true);
  }, [own, isModelKnown, shown]);
  return (
    <section class="card stack" aria-labelledby="training">
      <h2 id="training">How it was trained</h2>
      {shown.value.state === 'opening' && <p class="quiet">Opening…</p>}
      {shown.value.state === 'failed' && <p class="quiet">{shown.value.message}</p>}
      {shown.value.state === 'shown' && <Charts {...shown.value} />}
    </section>
  );
}

async function open(own: Manifest | null): Promise<Shown> {
  try {
    const manifest = own ?? (await fetchManifest(null))?.manifest;
    if (!manifest) return {state: 'opening'};
    const history = new TextDecoder().decode(await versionFile(manifest, HISTORY));
    return {state: 'shown', manifest, curves: parseHistory(history)};
  } catch (fault) {
    const message = errorMessage(fault);
    return {state: 'failed', message: `The training curves are not on this phone. ${message}`};
  }
}

function Charts({manifest, curves}: {manifest: Manifest; curves: Curves | null}) {
  const accuracy = useMemo(
    () => [
      {name: 'AP50', values: curves?.ap50 ?? [], colour: '--class-1'},
      {name: 'AP', values: curves?.ap ?? [], colour: '--class-0', dash: DASHED},
    ],
    [curves],
  );
  const loss = useMemo(() => [{name: 'Loss', values: curves?.loss ?? [], colour: '--class-2'}], [curves]);
  if (!curves) return <p class="quiet">Version {manifest.version} tells of no epoch of its training.</p>;
  return (
    <>
      <ChartFigure
        title="Average precision"
        caption={`${describeAccuracy(curves)}${phases(curves)}`}
        curves={curves}
        lines={accuracy}
        range={ZERO_TO_ONE}
      />
      <ChartFigure title="Loss" caption={describeLoss(curves)} curves={curves} lines={loss} />
      {!apiKeysWanted.value && (
        <p>
          <a href={filePath(manifest, 'report/index.html')} target="_blank" rel="noreferrer">
            The whole report of version {manifest.version}
          </a>
        </p>
      )}
    </>
  );
}

const ZERO_TO_ONE: [number, number] = [0, 1];

function phases({borders}: Curves): string {
  const sentences = borders.map(({at, phase}) => ` Phase ${phase} begins after epoch ${Math.floor(at)}.`);
  return sentences.join('');
}
