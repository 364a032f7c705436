/** Which screen is shown, and which item on it: the part of the address after #. */
import {computed, signal} from '@preact/signals';

const hash = signal(location.hash);
addEventListener('hashchange', () => (hash.value = location.hash));

/** The parts of the address after #/: ['label', '17'] for #/label/17. */
export const route = computed(() =>
  hash.value
    .replace(/^#\/?/, '')
    .split('/')
    .filter(part => part !== '')
    .map(decoded),
);

/** Decodes a part; an address that was typed or cut off may not be validly encoded. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Go to a screen, or to an item on it. */
export function navigate(...parts: readonly string[]): void {
  location.hash = `/${parts.map(encodeURIComponent).join('/')}`;
}
