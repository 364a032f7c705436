import {beforeEach, describe, expect, test} from 'vitest';

import type {Finger} from '../../../src/label/boxes/gesture.ts';
import {statusOf, UNTOUCHED, type Labelling} from '../../../src/label/boxes/labelling.ts';
import {startHistory} from '../../../src/label/boxes/undo-history.ts';
import {fitToStage} from '../../../src/label/boxes/viewport.ts';
import {historyOf, Session} from '../../../src/label/editor/session.ts';

const photo = {width: 1000, height: 500};
let kept: Labelling[];
let classId: {value: number};
let session: Session;

beforeEach(() => {
  kept = [];
  classId = {value: 0};
  session = new Session({
    photo,
    history: startHistory(UNTOUCHED),
    classId,
    nameOf: id => ['ball', 'brick'][id] ?? '',
    onLabelled: history => kept.push(history.now),
  });
  session.resizeStage({width: 540, height: 540});
});

const box = () => session.labelling.value.boxes[0]!.box;

describe('without a pointer', () => {
  test('a box is placed, moved and stretched, and each change is kept', () => {
    session.addBox();
    const before = box();
    session.nudge('right');
    session.nudge('down');
    session.stretch('right');
    expect(box().xmin).toBeGreaterThan(before.xmin);
    expect(box().ymin).toBeGreaterThan(before.ymin);
    expect(box().xmax - box().xmin).toBeGreaterThan(before.xmax - before.xmin);
    expect(kept).toHaveLength(4);
    expect(session.announcement.value).toContain('Box 1');
  });

  test('steps are as long across as down on a photo that is not square', () => {
    session.addBox();
    const before = box();
    session.nudge('right');
    session.nudge('down');
    const across = (box().xmin - before.xmin) * photo.width;
    expect(across).toBeCloseTo((box().ymin - before.ymin) * photo.height);
  });

  test('a key held down is one step to undo', () => {
    session.addBox();
    const before = box();
    for (let i = 0; i < 20; i++) session.nudge('left');
    session.undo();
    expect(box()).toEqual(before);
    session.redo();
    expect(box().xmin).toBeLessThan(before.xmin);
  });

  test('arrows move the photo when no box is selected', () => {
    session.zoom(4);
    const before = session.view.value!;
    session.nudge('right');
    expect(session.view.value!.left).toBeLessThan(before.left);
    expect(kept).toEqual([]);
  });
});

describe('the class', () => {
  test('chosen for a box is that of the next one too', () => {
    session.addBox();
    session.classify(1);
    session.addBox();
    expect(session.labelling.value.boxes.map(truth => truth.classId)).toEqual([1, 1]);
  });

  test('follows the box that is selected', () => {
    session.addBox();
    session.select(null);
    session.classify(1);
    session.addBox();
    session.select(0);
    expect(classId.value).toBe(0);
  });
});

test('“nothing here” takes the boxes away, and undo brings them back', () => {
  session.addBox();
  session.toggleNothingHere();
  expect(statusOf(session.labelling.value)).toBe('nothing-here');
  session.undo();
  expect(session.labelling.value.boxes).toHaveLength(1);
});

test('deleting selects nothing and can be undone', () => {
  session.addBox();
  session.deleteSelected();
  expect(session.selected.value).toBeNull();
  expect(session.labelling.value.boxes).toEqual([]);
  session.undo();
  expect(session.labelling.value.boxes).toHaveLength(1);
});

describe('a key in the middle of a drag', () => {
  /** In parts of the photo, which lies 540 × 270 in the middle of the stage. */
  function finger(what: Finger['what'], x: number, y: number): void {
    const at = {x: x * 540, y: 135 + y * 270};
    session.handlePointer({what, id: 1, at, slack: 3, down: what === 'up' ? 0 : 1});
  }

  function draw(from: number, to: number): void {
    finger('down', from, from);
    finger('move', to, to);
    finger('up', to, to);
  }

  beforeEach(() => {
    draw(0.1, 0.3);
    session.select(null);
    draw(0.6, 0.8);
  });

  test.each([
    ['Delete', () => session.deleteSelected(), 1],
    ['N', () => session.toggleNothingHere(), 0],
    ['Ctrl+Z', () => session.undo(), 1],
  ])('%s ends it: nothing of it is shown or kept', (_key, press, left) => {
    session.select(0);
    const others = session.labelling.value.boxes;
    finger('down', 0.2, 0.2);
    finger('move', 0.4, 0.4);
    press();
    const after = session.labelling.value;
    finger('move', 0.5, 0.5);
    expect(session.draft.value).toBeNull();
    finger('up', 0.5, 0.5);
    expect(session.labelling.value).toBe(after);
    expect(after.boxes).toHaveLength(left);
    for (const truth of after.boxes) expect(others).toContain(truth);
  });

  test('leaves the next drag as it should be', () => {
    finger('down', 0.7, 0.7);
    session.deleteSelected();
    finger('up', 0.7, 0.7);
    draw(0.4, 0.5);
    expect(session.labelling.value.boxes).toHaveLength(2);
  });
});

test('a turned phone shows the whole photo again, but a zoomed one stays where it was', () => {
  const [lying, upright] = [
    {width: 800, height: 400},
    {width: 400, height: 800},
  ];
  for (const stage of [lying, upright, lying]) {
    session.resizeStage(stage);
    expect(session.view.value).toEqual(fitToStage(photo, stage));
  }
  session.zoom(5);
  const {width} = session.view.value!;
  session.resizeStage({width: 800, height: 380});
  expect(session.view.value!.width).toBeCloseTo(width, -2);
});

test('what was done before is undone only while it is still what is kept', () => {
  const before = startHistory(UNTOUCHED);
  expect(historyOf({boxes: [], done: false}, before)).toBe(before);
  expect(historyOf({boxes: [], done: true}, before).now).toEqual({boxes: [], done: true});
});
