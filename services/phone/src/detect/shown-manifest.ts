/** The version whose threshold and labels are shown: the one on this phone, else the server's. */
import {computed, signal} from '@preact/signals';

import {fetchManifest} from '../gateway/fetch-manifest.ts';
import type {Manifest} from '../gateway/manifest.ts';
import {phoneModel} from '../model/on-phone.ts';

const served = signal<Manifest | null>(null);

export const shownManifest = computed(() => {
  const now = phoneModel.state.value;
  return now.state === 'ready' ? now.manifest : served.value;
});

/** Ask for the server's version. Without an answer there is none, and the slider waits. */
export async function learnServed(): Promise<void> {
  served.value ??= (await fetchManifest(null).catch(() => null))?.manifest ?? null;
}
