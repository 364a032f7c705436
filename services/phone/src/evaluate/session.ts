/** The evaluation on this phone. It is kept while the page is open, so that its result survives a change of screen. */
import {computed, signal} from '@preact/signals';

import {isSameVersion, SAMPLES, SAMPLES_FOLDER, type Manifest} from '../gateway/manifest.ts';
import {parseSamples, type Samples} from '../gateway/samples.ts';
import {backendName} from '../model/backends.ts';
import type {ReadyModel} from '../model/phone-model.ts';
import {detectOnPhone, phoneModel, versionFile} from '../model/shared-model.ts';
import {errorMessage} from '../ui/format.ts';
import {openPhoto} from '../vision/photo.ts';
import {makeReport, type Report} from './report.ts';
import {runSamples, worstFirst, type SampleResult, type SampleRunner} from './run-samples.ts';

export type State =
  | {readonly state: 'idle'}
  | {readonly state: 'running'; readonly done: number; readonly total: number}
  | {readonly state: 'failed'; readonly message: string}
  | Done;

export interface Done {
  readonly state: 'done';
  readonly manifest: Manifest;
  /** The display name of the backend. */
  readonly backend: string;
  readonly samples: Samples;
  readonly report: Report;
  readonly worstFirst: readonly SampleResult[];
}

const now = signal<State>({state: 'idle'});
let stopping = new AbortController();

/** The current evaluation; a result is dropped once the phone has a different version. */
export const evaluation = computed<State>(() => {
  const model = phoneModel.state.value;
  if (now.value.state !== 'done' || model.state !== 'ready') return now.value;
  return isSameVersion(now.value.manifest, model.manifest) ? now.value : {state: 'idle'};
});

/** Whether the version was published with sample photos. */
export function hasSamples(manifest: Manifest): boolean {
  return (manifest.samples?.length ?? 0) > 0;
}

/** Run the model's samples. Failures are in `evaluation`. */
export async function run(model: ReadyModel): Promise<void> {
  if (now.value.state === 'running') return;
  const {manifest} = model;
  stopping = new AbortController();
  const {signal: stop} = stopping;
  now.value = {state: 'running', done: 0, total: manifest.samples?.length ?? 0};
  try {
    const samples = parseSamples(new TextDecoder().decode(await versionFile(manifest, SAMPLES)));
    const total = samples.photos.length;
    let done = 0;
    const onResult = () => (now.value = {state: 'running', done: ++done, total});
    const results = await runSamples(samples, makeSampleRunner(manifest), {stop, onResult});
    const report = makeReport(samples, results);
    now.value = {
      state: 'done',
      manifest,
      backend: backendName(model.runner.backend.value),
      samples,
      report,
      worstFirst: worstFirst(results),
    };
  } catch (fault) {
    now.value = stop.aborted ? {state: 'idle'} : {state: 'failed', message: errorMessage(fault)};
  }
}

/** Cancel the run and discard its partial results. */
export function cancel(): void {
  stopping.abort();
}

function makeSampleRunner(manifest: Manifest): SampleRunner {
  return {
    read: async ({file}) =>
      new Blob([await versionFile(manifest, SAMPLES_FOLDER + file)], {type: 'image/jpeg'}),
    detect: async photo => {
      const {detections, ms} = await detectOnPhone(await openPhoto(photo));
      return {detections, ms: ms.resize + ms.inference};
    },
  };
}
