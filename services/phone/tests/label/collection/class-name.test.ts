import {expect, test} from 'vitest';

import {cleanName, nameFault} from '../../../src/label/collection/class-name.ts';

test('names are read as training reads them', () => {
  expect(cleanName('  red \t panda ')).toBe('red panda');
  expect(cleanName('cafe\u0301')).toBe('café');
});

test.each([
  ['raccoon', null],
  ['', 'Give it a name.'],
  ['a'.repeat(100), null],
  ['🦝'.repeat(100), null],
  ['a'.repeat(101), 'A name has at most 100 characters.'],
  ['a\u202eb', 'The name holds a character that cannot be shown. Type it again.'],
  ['a\u0007', 'The name holds a character that cannot be shown. Type it again.'],
])('%s', (name, fault) => expect(nameFault([name], 0)).toBe(fault));

test('two names that differ in case or punctuation only are a slip', () => {
  expect(nameFault(['Red panda', 'red-panda'], 1)).toContain('two names');
  expect(nameFault(['Red panda', 'red-panda'], 0)).toBeNull();
  expect(nameFault(['+', '-'], 1)).toBeNull();
});
