/**
 * Small settings kept in localStorage. Where storage is unavailable (some private windows) they last as long as the
 * page.
 */
import {effect, signal, type Signal} from '@preact/signals';

/** A signal whose text is stored under `name`; null removes the stored text. */
export function storedSetting(name: string): Signal<string | null> {
  const value = signal<string | null>(read(name));
  effect(() => {
    try {
      if (value.value === null) localStorage.removeItem(name);
      else localStorage.setItem(name, value.value);
    } catch {
      // Storage is full or forbidden: the signal still holds the value.
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

/**
 * The parsed JSON; null when the text is missing or invalid, for example written by another page of the same origin.
 */
export function parseJsonOrNull(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
