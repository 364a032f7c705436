import {expect, test} from 'vitest';

import {collectionProblem} from '../../../src/label/collection/photo-database.ts';

test.each([
  new DOMException('', 'QuotaExceededError'),
  new DOMException('Encountered full disk while opening backing store: quota exceeded.', 'UnknownError'),
])('a full storage is told as one, however the browser says it', fault => {
  expect(collectionProblem(fault).code).toBe('full');
});

test('anything else is a storage that cannot be used', () => {
  expect(collectionProblem(new DOMException('', 'TimeoutError')).code).toBe('unavailable');
});
