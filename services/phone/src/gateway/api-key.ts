/** The API key: the person is asked for it when the gateway first requires one; it is then stored in this browser. */
import {computed, signal} from '@preact/signals';

import {storedSetting} from '../storage/settings.ts';

export const apiKey = storedSetting('api-key');

/** A pending request to the person for a key. */
export interface KeyQuestion {
  /** Whether the gateway rejected the key that was sent. */
  readonly refused: boolean;
  readonly answer: (key: string | null) => void;
}

export const keyQuestion = signal<KeyQuestion | null>(null);
const asked = signal(false);

/** Whether this gateway is known to require keys. */
export const apiKeysWanted = computed(() => asked.value || apiKey.value !== null);

let waiting: Promise<string | null> | null = null;

/** Asks the person for a key, once for all waiting requests. Null when the person gives none. */
export function askForKey(): Promise<string | null> {
  asked.value = true;
  waiting ??= new Promise<string | null>(resolve => {
    const answer = (key: string | null) => {
      keyQuestion.value = null;
      waiting = null;
      if (key !== null) apiKey.value = key;
      resolve(key);
    };
    keyQuestion.value = {refused: apiKey.value !== null, answer};
  });
  return waiting;
}
