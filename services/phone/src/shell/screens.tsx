/** The four screens, which of them is shown, and the tab bar that switches between them. */
import {computed} from '@preact/signals';
import type {ComponentType} from 'preact';

import {route} from '../ui/route.ts';

export interface Screen {
  readonly id: string;
  readonly title: string;
  /** The path of an SVG icon. */
  readonly icon: string;
  /** The component, fetched when the screen is first shown. */
  readonly load: () => Promise<ComponentType>;
}

const SCREENS: readonly [Screen, ...Screen[]] = [
  {
    id: 'detect',
    title: 'Detect',
    icon: 'M4 9V5a1 1 0 0 1 1-1h4M15 4h4a1 1 0 0 1 1 1v4M20 15v4a1 1 0 0 1-1 1h-4M9 20H5a1 1 0 0 1-1-1v-4M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z',
    load: async () => (await import('../detect/screen.tsx')).DetectScreen,
  },
  {
    id: 'label',
    title: 'Label',
    icon: 'M4 20l1-4L16 5l3 3L8 19l-4 1ZM14 7l3 3',
    load: async () => (await import('../label/screen.tsx')).LabelScreen,
  },
  {
    id: 'evaluate',
    title: 'Evaluate',
    icon: 'M4 20h16M7 16v-5M12 16V5M17 16V9',
    load: async () => (await import('../evaluate/screen.tsx')).EvaluateScreen,
  },
  {
    id: 'get-it',
    title: 'Get it',
    icon: 'M12 4v11M7.5 10.5 12 15l4.5-4.5M5 20h14',
    load: async () => (await import('../get-it/screen.tsx')).GetItScreen,
  },
];

export const shownScreen = computed(() => SCREENS.find(screen => screen.id === route.value[0]) ?? SCREENS[0]);

export function TabBar() {
  return (
    <nav class="tabs" aria-label="Screens">
      {SCREENS.map(({id, title, icon}) => (
        <a
          key={id}
          class="tab"
          href={`#/${id}`}
          aria-current={shownScreen.value.id === id ? 'page' : undefined}
        >
          <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d={icon} />
          </svg>
          <span>{title}</span>
        </a>
      ))}
    </nav>
  );
}
