/** A name for this browser that says nothing about its owner; a phone stays on one side of a canary by it. */
import {kept} from '../storage/kept.ts';

const id = kept('client-id');

export function clientId(): string {
  id.value ??= [...crypto.getRandomValues(new Uint8Array(12))]
    .map(byte => byte.toString(16).padStart(2, '0'))
    .join('');
  return id.value;
}
