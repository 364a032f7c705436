/** State that is shared between photos while the page is open. */
import {effect, signal} from '@preact/signals';

import type {Labelling} from '../boxes/labelling.ts';
import type {UndoHistory} from '../boxes/undo-history.ts';
import {collection} from '../collection/collection.ts';

/** The class of the next box; it stays the same until it is changed. */
export const currentClass = signal(0);

/** Undo histories by photo id, so that undo still works after a visit to another photo. */
export const histories = new Map<number, UndoHistory<Labelling>>();

let classes = 0;
effect(() => {
  const count = collection.classes.value.length;
  if (count < classes) forgetClassesFrom(count);
  classes = count;
});

/** Neither a new box nor undo may bring back a class that was removed, here or in another tab. */
function forgetClassesFrom(count: number): void {
  currentClass.value = Math.max(0, Math.min(currentClass.value, count - 1));
  histories.clear();
}
