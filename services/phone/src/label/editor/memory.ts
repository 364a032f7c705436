/** What goes from photo to photo while the page is open. */
import {signal} from '@preact/signals';

import type {History} from '../boxes/history.ts';
import type {Labelling} from '../boxes/labelling.ts';

/** The class of the next box: several of one kind often follow each other. */
export const currentClass = signal(0);

/** What was done to each photo, by its id: going on and coming back loses no undo. */
export const histories = new Map<number, History<Labelling>>();
