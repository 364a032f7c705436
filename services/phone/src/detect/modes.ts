/** Where detection happens. */
import {computed} from '@preact/signals';

import {whyNotHere} from '../model/on-phone.ts';
import {storedSetting} from '../storage/settings.ts';

export const MODES = [
  {id: 'phone', title: 'Phone'},
  {id: 'server', title: 'Server'},
  {id: 'both', title: 'Both'},
] as const;
export type Mode = (typeof MODES)[number]['id'];

const chosen = storedSetting('detect-mode');

/** The chosen mode; the server where this browser cannot detect by itself. */
export const mode = computed<Mode>(() => {
  if (whyNotHere() !== null) return 'server';
  return MODES.find(({id}) => id === chosen.value)?.id ?? 'phone';
});

export function chooseMode(id: Mode): void {
  chosen.value = id;
}

export const usesPhone = computed(() => mode.value !== 'server');
export const usesServer = computed(() => mode.value !== 'phone');
