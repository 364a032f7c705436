/** Validates class names by the rules of training (detector/labels.py). */

const MAX_CHARACTERS = 100;
/** Control characters, lone surrogates, line separators and bidirectional overrides. */
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/** The name in NFC with whitespace collapsed, as training reads it. */
export function cleanName(typed: string): string {
  return typed.split(/\s+/u).filter(Boolean).join(' ').normalize('NFC');
}

/** What is wrong with the name at `index`; null if it is valid. Expects clean names. */
export function nameFault(names: readonly string[], index: number): string | null {
  const name = names[index] ?? '';
  if (name === '') return 'Give it a name.';
  if (Array.from(name).length > MAX_CHARACTERS) return `A name has at most ${MAX_CHARACTERS} characters.`;
  if (FORBIDDEN.test(name)) return 'The name holds a character that cannot be shown. Type it again.';
  if (names.slice(0, index).some(other => nameKey(other) === nameKey(name))) {
    return 'Two kinds need two names: this one is there already.';
  }
  return null;
}

/** A key for comparing names: it ignores case and punctuation. */
export function nameKey(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '') || name;
}
