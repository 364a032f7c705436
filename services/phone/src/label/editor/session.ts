/** The photo that is being labelled: its boxes with their history, what is selected and seen, and all that changes them. */
import {computed, signal, type ReadonlySignal} from '@preact/signals';

import type {Box, GroundTruth} from '../../vision/box.ts';
import type {Rectangle, Size} from '../../vision/overlay.ts';
import {moved, resized} from '../boxes/edit.ts';
import {interrupted, NO_GESTURE, step, type Effect, type Finger, type Gesture} from '../boxes/gesture.ts';
import {begun, changed, redone, undone, type History} from '../boxes/history.ts';
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
import {fitted, onPhoto, panned, settled, zoomed, zoomOf, type Point} from '../boxes/view.ts';

/** Of the photo's side: one press of an arrow key. */
const NUDGE = 1 / 200;
const PAN_PX = 40;
const ZOOM_STEP = 1.5;
/** Of what is seen of the photo: a box that was not drawn by hand. */
const PLACED_SIDE = 0.4;

export type Direction = 'left' | 'right' | 'up' | 'down';

const STEPS: Record<Direction, Point> = {
  left: {x: -1, y: 0},
  right: {x: 1, y: 0},
  up: {x: 0, y: -1},
  down: {x: 0, y: 1},
};

interface Draft {
  /** Null for a box that is being drawn. */
  readonly index: number | null;
  readonly box: Box;
}

export interface SessionStart {
  readonly photo: Size;
  readonly history: History<Labelling>;
  /** The class of the next box, shared by all photos. */
  readonly classId: {value: number};
  readonly nameOf: (classId: number) => string;
  /** Called with each new labelling. */
  readonly onLabelled: (history: History<Labelling>) => void;
}

export class Session {
  readonly photo: Size;
  readonly history: ReadonlySignal<History<Labelling>>;
  readonly labelling: ReadonlySignal<Labelling>;
  readonly selected = signal<number | null>(null);
  readonly draft = signal<Draft | null>(null);
  /** Size of the stage and where the photo lies on it; null until the stage is measured. */
  readonly stage = signal<Size | null>(null);
  readonly view = signal<Rectangle | null>(null);
  /** The boxes as they are under the finger. */
  readonly shown: ReadonlySignal<readonly GroundTruth[]>;
  /** What just happened, for those who do not see it. */
  readonly said = signal('');

  readonly #history;
  readonly #classId: {value: number};
  readonly #nameOf: (classId: number) => string;
  readonly #onLabelled: (history: History<Labelling>) => void;
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

  /** The stage has this size now: on the first time and after a turn of the phone the whole photo is shown. */
  measured(stage: Size): void {
    const before = this.stage.value;
    if (before?.width === stage.width && before.height === stage.height) return;
    this.stage.value = stage;
    const view = this.view.value;
    const wasZoomed = before && view && zoomOf(view, this.photo, before) > 1.01;
    this.view.value = wasZoomed ? settled(view, this.photo, stage) : fitted(this.photo, stage);
  }

  touched(finger: Finger): void {
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

  /** A box in the middle of what is seen, for those who cannot draw one. */
  place(): void {
    const [stage, view] = [this.stage.value, this.view.value];
    if (!stage || !view) return;
    const from = onPhoto(view, {x: 0, y: 0});
    const to = onPhoto(view, {x: stage.width, y: stage.height});
    const [xmin, xmax] = middlePart(Math.max(0, from.x), Math.min(1, to.x));
    const [ymin, ymax] = middlePart(Math.max(0, from.y), Math.min(1, to.y));
    this.#add({ymin, xmin, ymax, xmax});
  }

  /** One key press: the selected box moves, or without one the photo does. */
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

  /** One key press: the right or the lower edge of the selected box moves. */
  stretch(direction: Direction): void {
    const index = this.selected.value;
    const truth = index === null ? undefined : this.labelling.value.boxes[index];
    if (index === null || !truth) return;
    const {x, y} = this.#step(STEPS[direction].x, STEPS[direction].y);
    const to = {x: truth.box.xmax + x, y: truth.box.ymax + y};
    const handle = {across: x === 0 ? null : 'right', down: y === 0 ? null : 'bottom'} as const;
    this.#shape(index, resized(truth.box, handle, to, this.photo), `stretch ${index}`);
  }

  /** The class of the selected box, and of those to come. */
  classify(classId: number): void {
    this.#classId.value = classId;
    const index = this.selected.value;
    if (index === null || this.labelling.value.boxes[index]?.classId === classId) return;
    this.#change(withClass(this.labelling.value, index, classId));
    this.said.value = `Box ${index + 1} is ${this.#nameOf(classId)} now.`;
  }

  deleteSelected(): void {
    const index = this.selected.value;
    if (index === null) return;
    this.#letGo();
    this.#change(withoutBox(this.labelling.value, index));
    this.said.value = `Box ${index + 1} deleted, ${counted(this.labelling.value.boxes.length)} left.`;
  }

  /** There is nothing of the classes on the photo, or after all there may be. */
  toggleNothingHere(): void {
    const isMarked = statusOf(this.labelling.value) === 'nothing-here';
    const removed = this.labelling.value.boxes.length;
    this.#letGo();
    this.#change(isMarked ? UNTOUCHED : NOTHING_HERE);
    this.said.value = isMarked
      ? 'Not marked any more.'
      : `Marked: nothing here.${removed > 0 ? ` ${counted(removed)} deleted.` : ''}`;
  }

  /** The boxes that the detector proposed are right. */
  confirm(): void {
    this.#change(confirmed(this.labelling.value));
    this.said.value = 'The boxes are kept as yours.';
  }

  undo(): void {
    this.#travel(undone(this.#history.value), 'Undone.');
  }

  redo(): void {
    this.#travel(redone(this.#history.value), 'Done again.');
  }

  /** Around `about`, else around the selected box, else around the middle. */
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
    if (stage) this.view.value = fitted(this.photo, stage);
  }

  #add(box: Box): void {
    const classId = this.#classId.value;
    this.#change(withBox(this.labelling.value, {classId, box}));
    const count = this.labelling.value.boxes.length;
    this.selected.value = count - 1;
    this.said.value = `Box ${count} added: ${this.#nameOf(classId)}.`;
  }

  #shape(index: number, box: Box, run: string | null = null): void {
    this.#change(withShape(this.labelling.value, index, box), run);
    this.said.value = `Box ${index + 1}: ${placeOf(box)}.`;
  }

  #change(labelling: Labelling, run: string | null = null): void {
    if (labelling === this.labelling.value) return;
    this.#history.value = changed(this.#history.value, labelling, run);
    this.#onLabelled(this.#history.value);
  }

  #travel(history: History<Labelling>, said: string): void {
    if (history === this.#history.value) return;
    this.#letGo();
    this.#history.value = history;
    this.#onLabelled(history);
    this.said.value = `${said} ${counted(history.now.boxes.length)}.`;
  }

  /** Before boxes go or come by other means than the finger: places in the list are about to mean other boxes. */
  #letGo(): void {
    this.selected.value = null;
    this.draft.value = null;
    this.#gesture = interrupted(this.#gesture);
  }

  #withDraft(boxes: readonly GroundTruth[], draft: Draft | null): readonly GroundTruth[] {
    if (!draft) return boxes;
    if (draft.index === null) return [...boxes, {classId: this.#classId.value, box: draft.box}];
    return boxes.map((truth, i) => (i === draft.index ? {...truth, box: draft.box} : truth));
  }

  /** The same distance across and down on the screen, whatever the photo's shape. */
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

/** A session for the photo with what was done to it before, as far as it is still what is kept. */
export function historyOf(labelling: Labelling, before: History<Labelling> | undefined): History<Labelling> {
  return before && JSON.stringify(before.now) === JSON.stringify(labelling) ? before : begun(labelling);
}

/** Where a box is, in words. */
export function placeOf({ymin, xmin, ymax, xmax}: Box): string {
  const percent = (value: number) => `${Math.round(value * 100)}%`;
  return (
    `left ${percent(xmin)}, top ${percent(ymin)}, ` +
    `width ${percent(xmax - xmin)}, height ${percent(ymax - ymin)}`
  );
}

function middlePart(from: number, to: number): [number, number] {
  const [middle, half] = [(from + to) / 2, ((to - from) * PLACED_SIDE) / 2];
  return [middle - half, middle + half];
}

const counted = (boxes: number) => (boxes === 1 ? '1 box' : `${boxes} boxes`);
