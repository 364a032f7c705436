import 'fake-indexeddb/auto';

import {expect, test} from 'vitest';

import {begun} from '../../../src/label/boxes/history.ts';
import {shelf} from '../../../src/label/collection/shelf.ts';
import {currentClass, histories} from '../../../src/label/editor/memory.ts';
import {truth} from '../making.ts';

test('a removed class is neither that of the next box nor brought back by undo; a new name changes nothing', async () => {
  await shelf.rename(['raccoon', 'kangaroo']);
  currentClass.value = 1;
  histories.set(1, begun({boxes: [truth(1)], done: true}));
  await shelf.rename(['panda', 'kangaroo']);
  expect(currentClass.value).toBe(1);
  expect(histories.size).toBe(1);

  await shelf.rename(['panda']);
  expect(currentClass.value).toBe(0);
  expect(histories.size).toBe(0);
});
