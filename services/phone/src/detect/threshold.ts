/** Below which score nothing is shown: the version's own threshold until somebody moves it. */
import {computed, signal} from '@preact/signals';

import {fetchManifest} from '../gateway/fetch-manifest.ts';
import {scoreThreshold} from '../gateway/manifest.ts';
import {phoneModel} from '../model/on-phone.ts';
import {thresholdOf} from '../model/phone-model.ts';

const chosen = signal<number | null>(null);
/** Of the server's version, where there is no model on this phone. */
const served = signal<number | null>(null);

/** The version's own; null while it is not known. */
export const ownThreshold = computed(() => thresholdOf(phoneModel.state.value) ?? served.value);
/** Null: not known yet, and the server takes its version's own. */
export const threshold = computed(() => chosen.value ?? ownThreshold.value);
export const isOwnThreshold = computed(() => chosen.value === null);

/** 0..1, or null for the version's own. */
export function chooseThreshold(value: number | null): void {
  chosen.value = value;
}

/** Ask for the threshold of the server's version. Without an answer the slider waits. */
export async function learnServedThreshold(): Promise<void> {
  if (served.value !== null) return;
  const fetched = await fetchManifest(null).catch(() => null);
  if (fetched) served.value = scoreThreshold(fetched.manifest);
}

export function aboveThreshold<Row extends {readonly score: number}>(rows: readonly Row[]): Row[] {
  return rows.filter(({score}) => score >= (threshold.value ?? 0));
}
