/** The evaluation on this phone. It lives as long as the page, so that its result is there after a look elsewhere. */
import {computed, signal} from '@preact/signals';

import {isSameVersion, SAMPLES, SAMPLES_FOLDER, type Manifest} from '../gateway/manifest.ts';
import {parseSamples, type Samples} from '../gateway/samples.ts';
import {backendName} from '../model/backends.ts';
import type {ReadyModel} from '../model/phone-model.ts';
import {detectOnPhone, phoneModel, versionFile} from '../model/shared-model.ts';
import {errorMessage} from '../ui/format.ts';
import {openPhoto} from '../vision/photo.ts';
import {reportOf, type Report} from './report.ts';
import {runSamples, worstFirst, type Means, type Ran} from './run.ts';

export type State =
  | {readonly state: 'idle'}
  | {readonly state: 'running'; readonly done: number; readonly total: number}
  | {readonly state: 'failed'; readonly message: string}
  | Done;

export interface Done {
  readonly state: 'done';
  readonly manifest: Manifest;
  /** What it ran with, as people read it. */
  readonly backend: string;
  readonly samples: Samples;
  readonly report: Report;
  readonly worstFirst: readonly Ran[];
}

const now = signal<State>({state: 'idle'});
let stopping = new AbortController();

/** A result of another version than the one on this phone is none. */
export const evaluation = computed<State>(() => {
  const model = phoneModel.state.value;
  if (now.value.state !== 'done' || model.state !== 'ready') return now.value;
  return isSameVersion(now.value.manifest, model.manifest) ? now.value : {state: 'idle'};
});

/** Whether the version was published with photos to try it on. */
export function hasSamples(manifest: Manifest): boolean {
  return (manifest.samples?.length ?? 0) > 0;
}

/** Run the model's samples. What goes wrong is in `evaluation`. */
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
    const onRan = () => (now.value = {state: 'running', done: ++done, total});
    const all = await runSamples(samples, meansOf(manifest), {stop, onRan});
    const report = reportOf(samples, all);
    now.value = {
      state: 'done',
      manifest,
      backend: backendName(model.runner.backend.value),
      samples,
      report,
      worstFirst: worstFirst(all),
    };
  } catch (fault) {
    now.value = stop.aborted ? {state: 'idle'} : {state: 'failed', message: errorMessage(fault)};
  }
}

/** Stop at once; nothing is shown of what was done. */
export function cancel(): void {
  stopping.abort();
}

function meansOf(manifest: Manifest): Means {
  return {
    read: async ({file}) =>
      new Blob([await versionFile(manifest, SAMPLES_FOLDER + file)], {type: 'image/jpeg'}),
    detect: async photo => {
      const {detections, ms} = await detectOnPhone(await openPhoto(photo));
      return {detections, ms: ms.resize + ms.inference};
    },
  };
}
