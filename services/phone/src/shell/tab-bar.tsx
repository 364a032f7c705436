/** The bar at the bottom: one tab a screen. */
import type {JSX} from 'preact';

import {SCREENS, shown} from './screens.ts';

const ICONS: Record<string, JSX.Element> = {
  detect: (
    <path d="M4 9V5a1 1 0 0 1 1-1h4M15 4h4a1 1 0 0 1 1 1v4M20 15v4a1 1 0 0 1-1 1h-4M9 20H5a1 1 0 0 1-1-1v-4M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z" />
  ),
  label: <path d="M4 20l1-4L16 5l3 3L8 19l-4 1ZM14 7l3 3" />,
  evaluate: <path d="M4 20h16M7 16v-5M12 16V5M17 16V9" />,
  'get-it': <path d="M12 4v11M7.5 10.5 12 15l4.5-4.5M5 20h14" />,
};

export function TabBar() {
  return (
    <nav class="tabs" aria-label="Screens">
      {SCREENS.map(({id, title}) => (
        <a key={id} class="tab" href={`#/${id}`} aria-current={shown.value.id === id ? 'page' : undefined}>
          <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            {ICONS[id]}
          </svg>
          <span>{title}</span>
        </a>
      ))}
    </nav>
  );
}
