/** A round button with a sign. */
import type {JSX} from 'preact';

import {Icon} from '../icons.tsx';

interface ToolButtonProps {
  readonly icon: Parameters<typeof Icon>[0]['name'];
  readonly label: string;
  /** There is nothing to do for it now. Not `disabled`, which would take the focus away from who just used it. */
  readonly off?: boolean;
  /** What is done most. */
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
