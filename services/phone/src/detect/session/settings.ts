/** What the person chose on the Detect screen: where to detect, which camera, and the score threshold. */
import {computed, signal} from '@preact/signals';

import type {Facing} from '../../camera/camera.ts';
import {fetchManifest} from '../../gateway/fetch-manifest.ts';
import {scoreThreshold, type Manifest} from '../../gateway/manifest.ts';
import {phoneModel, unsupportedReason} from '../../model/shared-model.ts';
import {storedSetting} from '../../storage/settings.ts';

export const MODES = [
  {id: 'phone', title: 'Phone'},
  {id: 'server', title: 'Server'},
  {id: 'both', title: 'Both'},
] as const;
export type Mode = (typeof MODES)[number]['id'];

const storedMode = storedSetting('detect-mode');

/** The chosen mode; always the server in browsers that cannot run the model. */
export const mode = computed<Mode>(() => {
  if (unsupportedReason() !== null) return 'server';
  return MODES.find(({id}) => id === storedMode.value)?.id ?? 'phone';
});

export function chooseMode(id: Mode): void {
  storedMode.value = id;
}

export const usesPhone = computed(() => mode.value !== 'server');
export const usesServer = computed(() => mode.value !== 'phone');

/** The camera that the live view shows. */
export const facing = signal<Facing>('environment');
export const isCameraOpen = signal(false);

export function switchCamera(): void {
  facing.value = facing.value === 'user' ? 'environment' : 'user';
}

/** The server's stable version; null until it is known. */
const servedManifest = signal<Manifest | null>(null);

/** The version whose labels and threshold are shown: the phone's when the phone detects, otherwise the server's. */
export const shownManifest = computed(() => {
  const now = phoneModel.state.value;
  return usesPhone.value && now.state === 'ready' ? now.manifest : servedManifest.value;
});

/** Fetch the server's version. Without it the threshold stays unknown and its slider disabled. */
export async function fetchServedManifest(): Promise<void> {
  servedManifest.value ??= (await fetchManifest(null).catch(() => null))?.manifest ?? null;
}

const chosenThreshold = signal<number | null>(null);

/** The version's recommended threshold; null until it is known. */
export const defaultThreshold = computed(() => shownManifest.value && scoreThreshold(shownManifest.value));
/** The current threshold; null until it is known (the server then applies its version's default). */
export const threshold = computed(() => chosenThreshold.value ?? defaultThreshold.value);
export const isDefaultThreshold = computed(() => chosenThreshold.value === null);

/** 0..1, or null for the version's default. */
export function chooseThreshold(value: number | null): void {
  chosenThreshold.value = value;
}

export function aboveThreshold<Row extends {readonly score: number}>(rows: readonly Row[]): Row[] {
  return rows.filter(({score}) => score >= (threshold.value ?? 0));
}
