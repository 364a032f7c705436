import 'fake-indexeddb/auto';
import {expect, test} from 'vitest';

import {startHistory} from '../../../src/label/boxes/undo-history.ts';
import {collection} from '../../../src/label/collection/collection.ts';
import {currentClass, histories} from '../../../src/label/editor/editor-state.ts';
import {truth} from '../photos.ts';

test('a removed class is neither that of the next box nor brought back by undo; a new name changes nothing', async () => {
  await collection.rename(['raccoon', 'kangaroo']);
  currentClass.value = 1;
  histories.set(1, startHistory({boxes: [truth(1)], done: true}));
  await collection.rename(['panda', 'kangaroo']);
  expect(currentClass.value).toBe(1);
  expect(histories.size).toBe(1);

  await collection.rename(['panda']);
  expect(currentClass.value).toBe(0);
  expect(histories.size).toBe(0);
});
