/** The version that is offered: the server's stable one, or without the server the one on this phone. */
import {signal} from '@preact/signals';

import {fetchManifest} from '../gateway/fetch-manifest.ts';
import type {Manifest} from '../gateway/manifest.ts';
import {GatewayProblem} from '../gateway/problem.ts';
import {phoneModel} from '../model/shared-model.ts';
import {errorMessage} from '../ui/format.ts';

export type Offered =
  | {readonly state: 'asking'}
  | {readonly state: 'failed'; readonly message: string}
  | {
      readonly state: 'known';
      readonly manifest: Manifest;
      /** Why the server did not answer; null when it did. */
      readonly away: string | null;
    };

export const offered = signal<Offered>({state: 'asking'});

/** Ask the server. The answer is in `offered`. */
export async function ask(): Promise<void> {
  if (offered.value.state === 'failed') offered.value = {state: 'asking'};
  try {
    const fetched = await fetchManifest(null);
    if (fetched) offered.value = {state: 'known', manifest: fetched.manifest, away: null};
  } catch (fault) {
    offered.value = await withoutServer(fault);
  }
}

async function withoutServer(fault: unknown): Promise<Offered> {
  const message = errorMessage(fault);
  if (fault instanceof GatewayProblem && fault.code === 'unreachable') {
    await phoneModel.start();
    const model = phoneModel.state.value;
    if (model.state === 'ready') return {state: 'known', manifest: model.manifest, away: message};
  }
  return {state: 'failed', message};
}
