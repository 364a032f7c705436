/** The version whose threshold and labels are shown: the phone's where it answers, else the server's. */
import {computed, signal} from '@preact/signals';

import {fetchManifest} from '../gateway/fetch-manifest.ts';
import type {Manifest} from '../gateway/manifest.ts';
import {phoneModel} from '../model/on-phone.ts';
import {usesPhone} from './modes.ts';

const served = signal<Manifest | null>(null);

export const shownManifest = computed(() => {
  const now = phoneModel.state.value;
  return usesPhone.value && now.state === 'ready' ? now.manifest : served.value;
});

/** Ask for the server's version. Without an answer there is none, and the slider waits. */
export async function learnServed(): Promise<void> {
  served.value ??= (await fetchManifest(null).catch(() => null))?.manifest ?? null;
}
