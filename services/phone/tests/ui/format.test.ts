import {expect, test} from 'vitest';

import {formatBytes} from '../../src/ui/format.ts';

test.each([
  [999, '999 bytes'],
  [71_400, '71 kB'],
  [999_600, '1.0 MB'],
  [4_344_000, '4.3 MB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text.replace(' ', '\u00a0'));
});
