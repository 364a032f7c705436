/** Small settings that stay in this browser. Without storage (some private windows) they last as long as the page. */
import {effect, signal, type Signal} from '@preact/signals';

/** A signal whose text is kept under `name`; null is not kept. */
export function kept(name: string): Signal<string | null> {
  const value = signal<string | null>(read(name));
  effect(() => {
    try {
      if (value.value === null) localStorage.removeItem(name);
      else localStorage.setItem(name, value.value);
    } catch {
      // Full or forbidden: the value is in the signal all the same.
    }
  });
  return value;
}

function read(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}
