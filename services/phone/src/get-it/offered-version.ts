/** The offered version: the server's stable one, or, if the server is unreachable, the one on this phone. */
import {signal} from '@preact/signals';

import {fetchManifest} from '../gateway/fetch-manifest.ts';
import type {Manifest} from '../gateway/manifest.ts';
import {GatewayProblem} from '../gateway/problem.ts';
import {phoneModel} from '../model/shared-model.ts';
import {errorMessage} from '../ui/format.ts';

export type Offered =
  | {readonly state: 'loading'}
  | {readonly state: 'failed'; readonly message: string}
  | {
      readonly state: 'loaded';
      readonly manifest: Manifest;
      /** Why the server is unreachable; null if it answered. */
      readonly offlineReason: string | null;
    };

export const offered = signal<Offered>({state: 'loading'});

/** Load the offered version into `offered`. */
export async function loadOffered(): Promise<void> {
  if (offered.value.state === 'failed') offered.value = {state: 'loading'};
  try {
    const fetched = await fetchManifest(null);
    if (fetched) offered.value = {state: 'loaded', manifest: fetched.manifest, offlineReason: null};
  } catch (fault) {
    offered.value = await withoutServer(fault);
  }
}

async function withoutServer(fault: unknown): Promise<Offered> {
  const message = errorMessage(fault);
  if (fault instanceof GatewayProblem && fault.code === 'unreachable') {
    await phoneModel.start();
    const model = phoneModel.state.value;
    if (model.state === 'ready') return {state: 'loaded', manifest: model.manifest, offlineReason: message};
  }
  return {state: 'failed', message};
}
