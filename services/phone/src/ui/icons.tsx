/** Icons, and the round icon button. */
import type {JSX} from 'preact';

const PATHS = {
  add: 'M12 5v14M5 12h14',
  back: 'M15 5l-7 7 7 7',
  camera: 'M4 8h3l2-3h6l2 3h3v11H4ZM12 10a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  close: 'M6 6l12 12M18 6 6 18',
  download: 'M12 4v11M7.5 10.5 12 15l4.5-4.5M5 20h14',
  next: 'M9 5l7 7-7 7',
  nothing: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM6.5 17.5l11-11',
  photos: 'M4 5h16v14H4ZM4 16l5-5 4 4 3-3 4 4M15.5 9h.01',
  'remove-box': 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M9 9l6 6M15 9l-6 6',
  redo: 'M15 5l5 5-5 5M20 10H10a6 6 0 0 0 0 12h2',
  share: 'M12 15V4M8 8l4-4 4 4M6 12H5v8h14v-8h-1',
  trash: 'M5 7h14M10 7V5h4v2M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5',
  undo: 'M9 5 4 10l5 5M4 10h10a6 6 0 0 1 0 12h-2',
  'zoom-in': 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.5 15.5 21 21M10.5 7.5v6M7.5 10.5h6',
  'zoom-out': 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.5 15.5 21 21M7.5 10.5h6',
} as const;

export function Icon({name}: {name: keyof typeof PATHS}): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

interface ToolButtonProps {
  readonly icon: Parameters<typeof Icon>[0]['name'];
  readonly label: string;
  /** The button is inactive. Not `disabled`, which would drop the keyboard focus from a button that was just used. */
  readonly off?: boolean;
  /** The primary action. */
  readonly main?: boolean;
  readonly onPress: () => void;
}

export function ToolButton({icon, label, off = false, main = false, onPress}: ToolButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={`button round${main ? ' main' : ''}`}
      aria-label={label}
      title={label}
      aria-disabled={off}
      onClick={() => {
        if (!off) onPress();
      }}
    >
      <Icon name={icon} />
    </button>
  );
}
