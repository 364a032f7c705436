/** What goes from photo to photo while the page is open. */
import {effect, signal} from '@preact/signals';

import type {History} from '../boxes/history.ts';
import type {Labelling} from '../boxes/labelling.ts';
import {shelf} from '../collection/shelf.ts';

/** The class of the next box: several of one kind often follow each other. */
export const currentClass = signal(0);

/** What was done to each photo, by its id: going on and coming back loses no undo. */
export const histories = new Map<number, History<Labelling>>();

let classes = 0;
effect(() => {
  const count = shelf.classes.value.length;
  if (count < classes) forgetClassesFrom(count);
  classes = count;
});

/** Neither a new box nor an undone step may bring a class back that was removed, here or in another tab. */
function forgetClassesFrom(count: number): void {
  currentClass.value = Math.max(0, Math.min(currentClass.value, count - 1));
  histories.clear();
}
