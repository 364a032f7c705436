/** Names of classes, held to what training accepts (detector/labels.py). */

const MOST_CHARACTERS = 100;
/** Control characters, lone surrogates, separators of lines, and what turns text around. */
const DENIED = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/** The name in one Unicode form, with single spaces inside only, as training reads it. */
export function cleanName(typed: string): string {
  return typed.split(/\s+/u).filter(Boolean).join(' ').normalize('NFC');
}

/** What is wrong with the name at `index`, as a sentence; null for a good one. Names are clean. */
export function nameFault(names: readonly string[], index: number): string | null {
  const name = names[index] ?? '';
  if (name === '') return 'Give it a name.';
  if (Array.from(name).length > MOST_CHARACTERS) return `A name has at most ${MOST_CHARACTERS} characters.`;
  if (DENIED.test(name)) return 'The name holds a character that cannot be shown. Type it again.';
  if (names.slice(0, index).some(other => alike(other) === alike(name))) {
    return 'Two kinds need two names: this one is there already.';
  }
  return null;
}

/** Names that differ in case or punctuation only are a slip. */
export function alike(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '') || name;
}
