/** The screens and which one is shown: the part of the address after #. */
import {computed, signal} from '@preact/signals';
import type {ComponentType} from 'preact';

export interface Screen {
  readonly id: string;
  readonly title: string;
  /** The component, fetched when the screen is first shown. */
  readonly load: () => Promise<ComponentType>;
}

export const SCREENS: readonly [Screen, ...Screen[]] = [
  {id: 'detect', title: 'Detect', load: async () => (await import('../detect/screen.tsx')).DetectScreen},
  {id: 'label', title: 'Label', load: async () => (await import('../label/screen.tsx')).LabelScreen},
  {
    id: 'evaluate',
    title: 'Evaluate',
    load: async () => (await import('../evaluate/screen.tsx')).EvaluateScreen,
  },
  {id: 'get-it', title: 'Get it', load: async () => (await import('../get-it/screen.tsx')).GetItScreen},
];

const hash = signal(location.hash);
addEventListener('hashchange', () => (hash.value = location.hash));

/** What follows #/ in the address, split at slashes: ['label', '17'] for #/label/17. */
export const route = computed(() =>
  hash.value
    .replace(/^#\/?/, '')
    .split('/')
    .filter(part => part !== '')
    .map(decoded),
);

/** What was typed or cut off in an address may be no encoded text. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const shown = computed(() => SCREENS.find(screen => screen.id === route.value[0]) ?? SCREENS[0]);

/** Go to a screen, or to a place in it. */
export function show(...parts: readonly string[]): void {
  location.hash = `/${parts.map(encodeURIComponent).join('/')}`;
}
