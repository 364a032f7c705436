/** The API key: asked for when the gateway first wants one, then kept in this browser. */
import {computed, signal} from '@preact/signals';

import {kept} from '../storage/kept.ts';

export const apiKey = kept('api-key');

/** A question to the person that waits for an answer; null when there is none. */
export interface KeyQuestion {
  /** The key that was sent was refused. */
  readonly refused: boolean;
  readonly answer: (key: string | null) => void;
}

export const keyQuestion = signal<KeyQuestion | null>(null);
const asked = signal(false);

/** Whether this gateway wants keys, as far as is known. */
export const apiKeysWanted = computed(() => asked.value || apiKey.value !== null);

let waiting: Promise<string | null> | null = null;

/** Asks for a key, once for all requests that wait for one. Null when the person gives none. */
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
