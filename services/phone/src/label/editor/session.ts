/** The state of the editor for one photo: boxes with undo history, selection and view, and the actions on them. */
import {computed, signal, type ReadonlySignal} from '@preact/signals';

import type {Box, GroundTruth} from '../../vision/box.ts';
import type {Rectangle, Size} from '../../vision/overlay.ts';
import {moved, resized} from '../boxes/box-edit.ts';
import {interrupted, NO_GESTURE, step, type Effect, type Finger, type Gesture} from '../boxes/gesture.ts';
import {
  confirmed,
  NOTHING_HERE,
  statusOf,
  UNTOUCHED,
  withBox,
  withClass,
  withoutBox,
  withShape,
  type Labelling,
} from '../boxes/labelling.ts';
import {changed, redone, startHistory, undone, type UndoHistory} from '../boxes/undo-history.ts';
import {constrained, fitToStage, onPhoto, panned, zoomed, zoomOf, type Point} from '../boxes/viewport.ts';

/** Fraction of the photo's side per press of an arrow key. */
const NUDGE = 1 / 200;
const PAN_PX = 40;
const ZOOM_STEP = 1.5;
/** Size of a box that is added without drawing, as a fraction of the visible part of the photo. */
const NEW_BOX_SIDE = 0.4;

export type Direction = 'left' | 'right' | 'up' | 'down';

const STEPS: Record<Direction, Point> = {
  left: {x: -1, y: 0},
  right: {x: 1, y: 0},
  up: {x: 0, y: -1},
  down: {x: 0, y: 1},
};

interface Draft {
  /** Null for a new box. */
  readonly index: number | null;
  readonly box: Box;
}

export interface SessionStart {
  readonly photo: Size;
  readonly history: UndoHistory<Labelling>;
  /** The class of the next box, shared between photos. */
  readonly classId: {value: number};
  readonly nameOf: (classId: number) => string;
  /** Called with each new labelling. */
  readonly onLabelled: (history: UndoHistory<Labelling>) => void;
}

export class Session {
  readonly photo: Size;
  readonly history: ReadonlySignal<UndoHistory<Labelling>>;
  readonly labelling: ReadonlySignal<Labelling>;
  readonly selected = signal<number | null>(null);
  readonly draft = signal<Draft | null>(null);
  /** The size of the stage, and the photo's rectangle on it; null until the stage is measured. */
  readonly stage = signal<Size | null>(null);
  readonly view = signal<Rectangle | null>(null);
  /** The boxes including the one being edited. */
  readonly shown: ReadonlySignal<readonly GroundTruth[]>;
  /** The last action in words, for screen readers. */
  readonly announcement = signal('');

  readonly #history;
  readonly #classId: {value: number};
  readonly #nameOf: (classId: number) => string;
  readonly #onLabelled: (history: UndoHistory<Labelling>) => void;
  #gesture: Gesture = NO_GESTURE;

  constructor({photo, history, classId, nameOf, onLabelled}: SessionStart) {
    this.photo = photo;
    this.#history = signal(history);
    this.history = this.#history;
    this.#classId = classId;
    this.#nameOf = nameOf;
    this.#onLabelled = onLabelled;
    this.labelling = computed(() => this.#history.value.now);
    this.shown = computed(() => this.#withDraft(this.labelling.value.boxes, this.draft.value));
  }

  /** Sets the size of the stage. Unless zoomed in, the whole photo is shown. */
  resizeStage(stage: Size): void {
    const before = this.stage.value;
    if (before?.width === stage.width && before.height === stage.height) return;
    this.stage.value = stage;
    const view = this.view.value;
    const wasZoomed = before && view && zoomOf(view, this.photo, before) > 1.01;
    this.view.value = wasZoomed ? constrained(view, this.photo, stage) : fitToStage(this.photo, stage);
  }

  handlePointer(finger: Finger): void {
    const [stage, view] = [this.stage.value, this.view.value];
    if (!stage || !view) return;
    const {boxes} = this.labelling.value;
    const scene = {photo: this.photo, stage, view, boxes, selected: this.selected.value};
    const [gesture, effect] = step(this.#gesture, finger, scene);
    this.#gesture = gesture;
    this.#apply(effect);
  }

  #apply(effect: Effect): void {
    switch (effect.kind) {
      case 'nothing':
        return;
      case 'select':
        this.select(effect.index);
        return;
      case 'draft':
        this.draft.value = {index: effect.index, box: effect.box};
        return;
      case 'drop':
        this.draft.value = null;
        return;
      case 'view':
        this.view.value = effect.view;
        return;
      case 'keep':
        this.draft.value = null;
        if (effect.index === null) this.#add(effect.box);
        else this.#shape(effect.index, effect.box);
    }
  }

  select(index: number | null): void {
    this.selected.value = index;
    const truth = index === null ? undefined : this.labelling.value.boxes[index];
    if (truth) this.#classId.value = truth.classId;
  }

  /** Adds a box in the middle of the visible part, for people who cannot draw one. */
  addBox(): void {
    const [stage, view] = [this.stage.value, this.view.value];
    if (!stage || !view) return;
    const from = onPhoto(view, {x: 0, y: 0});
    const to = onPhoto(view, {x: stage.width, y: stage.height});
    const [xmin, xmax] = middlePart(Math.max(0, from.x), Math.min(1, to.x));
    const [ymin, ymax] = middlePart(Math.max(0, from.y), Math.min(1, to.y));
    this.#add({ymin, xmin, ymax, xmax});
  }

  /** Moves the selected box by one step, or pans if none is selected. */
  nudge(direction: Direction): void {
    const {x, y} = STEPS[direction];
    const index = this.selected.value;
    const truth = index === null ? undefined : this.labelling.value.boxes[index];
    if (index !== null && truth) {
      this.#shape(index, moved(truth.box, this.#step(x, y)), `move ${index}`);
      return;
    }
    const [stage, view] = [this.stage.value, this.view.value];
    if (stage && view) this.view.value = panned(view, -x * PAN_PX, -y * PAN_PX, this.photo, stage);
  }

  /** Moves the right or bottom edge of the selected box by one step. */
  stretch(direction: Direction): void {
    const index = this.selected.value;
    const truth = index === null ? undefined : this.labelling.value.boxes[index];
    if (index === null || !truth) return;
    const {x, y} = this.#step(STEPS[direction].x, STEPS[direction].y);
    const to = {x: truth.box.xmax + x, y: truth.box.ymax + y};
    const handle = {across: x === 0 ? null : 'right', down: y === 0 ? null : 'bottom'} as const;
    this.#shape(index, resized(truth.box, handle, to, this.photo), `stretch ${index}`);
  }

  /** Sets the class of the selected box and of future boxes. */
  classify(classId: number): void {
    this.#classId.value = classId;
    const index = this.selected.value;
    if (index === null || this.labelling.value.boxes[index]?.classId === classId) return;
    this.#change(withClass(this.labelling.value, index, classId));
    this.announcement.value = `Box ${index + 1} is ${this.#nameOf(classId)} now.`;
  }

  deleteSelected(): void {
    const index = this.selected.value;
    if (index === null) return;
    this.#cancelEdit();
    this.#change(withoutBox(this.labelling.value, index));
    this.announcement.value = `Box ${index + 1} deleted, ${counted(this.labelling.value.boxes.length)} left.`;
  }

  /** Marks the photo as having no objects, or removes that mark. */
  toggleNothingHere(): void {
    const isMarked = statusOf(this.labelling.value) === 'nothing-here';
    const removed = this.labelling.value.boxes.length;
    this.#cancelEdit();
    this.#change(isMarked ? UNTOUCHED : NOTHING_HERE);
    this.announcement.value = isMarked
      ? 'Not marked any more.'
      : `Marked: nothing here.${removed > 0 ? ` ${counted(removed)} deleted.` : ''}`;
  }

  /** Confirms the detector's boxes. */
  confirm(): void {
    this.#change(confirmed(this.labelling.value));
    this.announcement.value = 'The boxes are kept as yours.';
  }

  undo(): void {
    this.#restore(undone(this.#history.value), 'Undone.');
  }

  redo(): void {
    this.#restore(redone(this.#history.value), 'Done again.');
  }

  /** Zooms around `about`, by default the selected box, otherwise the centre. */
  zoom(factor: number, about?: Point): void {
    const [stage, view] = [this.stage.value, this.view.value];
    if (stage && view) {
      this.view.value = zoomed(view, factor, about ?? this.#focus(stage, view), this.photo, stage);
    }
  }

  zoomIn(): void {
    this.zoom(ZOOM_STEP);
  }

  zoomOut(): void {
    this.zoom(1 / ZOOM_STEP);
  }

  showAll(): void {
    const stage = this.stage.value;
    if (stage) this.view.value = fitToStage(this.photo, stage);
  }

  #add(box: Box): void {
    const classId = this.#classId.value;
    this.#change(withBox(this.labelling.value, {classId, box}));
    const count = this.labelling.value.boxes.length;
    this.selected.value = count - 1;
    this.announcement.value = `Box ${count} added: ${this.#nameOf(classId)}.`;
  }

  #shape(index: number, box: Box, run: string | null = null): void {
    this.#change(withShape(this.labelling.value, index, box), run);
    this.announcement.value = `Box ${index + 1}: ${describeBox(box)}.`;
  }

  #change(labelling: Labelling, run: string | null = null): void {
    if (labelling === this.labelling.value) return;
    this.#history.value = changed(this.#history.value, labelling, run);
    this.#onLabelled(this.#history.value);
  }

  #restore(history: UndoHistory<Labelling>, announcement: string): void {
    if (history === this.#history.value) return;
    this.#cancelEdit();
    this.#history.value = history;
    this.#onLabelled(history);
    this.announcement.value = `${announcement} ${counted(history.now.boxes.length)}.`;
  }

  /** Call it before boxes are added or removed other than by a gesture, as indices then change. */
  #cancelEdit(): void {
    this.selected.value = null;
    this.draft.value = null;
    this.#gesture = interrupted(this.#gesture);
  }

  #withDraft(boxes: readonly GroundTruth[], draft: Draft | null): readonly GroundTruth[] {
    if (!draft) return boxes;
    if (draft.index === null) return [...boxes, {classId: this.#classId.value, box: draft.box}];
    return boxes.map((truth, i) => (i === draft.index ? {...truth, box: draft.box} : truth));
  }

  /** A step of the same length on the screen in both directions. */
  #step(x: number, y: number): Point {
    const side = Math.min(this.photo.width, this.photo.height) * NUDGE;
    return {x: (x * side) / this.photo.width, y: (y * side) / this.photo.height};
  }

  #focus(stage: Size, view: Rectangle): Point {
    const index = this.selected.value;
    const box = index === null ? undefined : this.labelling.value.boxes[index]?.box;
    if (!box) return {x: stage.width / 2, y: stage.height / 2};
    return {
      x: view.left + ((box.xmin + box.xmax) / 2) * view.width,
      y: view.top + ((box.ymin + box.ymax) / 2) * view.height,
    };
  }
}

/** The previous undo history if it still matches the stored labelling, otherwise a new one. */
export function historyOf(
  labelling: Labelling,
  before: UndoHistory<Labelling> | undefined,
): UndoHistory<Labelling> {
  return before && JSON.stringify(before.now) === JSON.stringify(labelling)
    ? before
    : startHistory(labelling);
}

/** The position of a box in words. */
export function describeBox({ymin, xmin, ymax, xmax}: Box): string {
  const percent = (value: number) => `${Math.round(value * 100)}%`;
  return (
    `left ${percent(xmin)}, top ${percent(ymin)}, ` +
    `width ${percent(xmax - xmin)}, height ${percent(ymax - ymin)}`
  );
}

function middlePart(from: number, to: number): [number, number] {
  const [middle, half] = [(from + to) / 2, ((to - from) * NEW_BOX_SIDE) / 2];
  return [middle - half, middle + half];
}

const counted = (boxes: number) => (boxes === 1 ? '1 box' : `${boxes} boxes`);
