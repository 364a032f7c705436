/** The vectors that Python's tests use too (tests/golden at the root). */
import {readFileSync} from 'node:fs';

/** The content of one of its files, `name` without .json. */
export function golden(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../../tests/golden/${name}.json`, import.meta.url), 'utf8'));
}
