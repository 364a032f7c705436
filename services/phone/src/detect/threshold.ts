/** Below which score nothing is shown: the version's own threshold until somebody moves it. */
import {computed, signal} from '@preact/signals';

import {scoreThreshold} from '../gateway/manifest.ts';
import {shownManifest} from './shown-manifest.ts';

const chosen = signal<number | null>(null);

/** The version's own; null while it is not known. */
export const ownThreshold = computed(() => shownManifest.value && scoreThreshold(shownManifest.value));
/** Null: not known yet, and the server takes its version's own. */
export const threshold = computed(() => chosen.value ?? ownThreshold.value);
export const isOwnThreshold = computed(() => chosen.value === null);

/** 0..1, or null for the version's own. */
export function chooseThreshold(value: number | null): void {
  chosen.value = value;
}

export function aboveThreshold<Row extends {readonly score: number}>(rows: readonly Row[]): Row[] {
  return rows.filter(({score}) => score >= (threshold.value ?? 0));
}
