import {describe, expect, test} from 'vitest';

import {NO_GESTURE, step, type Effect, type Finger, type Scene} from '../../../src/label/boxes/gesture.ts';

const photo = {width: 1000, height: 1000};
const stage = {width: 540, height: 540};
const view = {left: 20, top: 20, width: 500, height: 500};
const small = {classId: 0, box: {ymin: 0.4, xmin: 0.4, ymax: 0.6, xmax: 0.6}};
const large = {classId: 1, box: {ymin: 0.1, xmin: 0.1, ymax: 0.9, xmax: 0.9}};
const scene: Scene = {photo, stage, view, boxes: [large, small], selected: null};

type Event = readonly [Finger['what'], number, number, number, number?];

/** What each of the events did: what, id, x, y, fingers that are down (one, or none after the last). */
function effects(events: readonly Event[], on: Scene = scene): Effect[] {
  let gesture = NO_GESTURE;
  return events.map(([what, id, x, y, down]) => {
    const finger = {
      what,
      id,
      at: {x, y},
      slack: 8,
      down: down ?? (what === 'up' || what === 'cancel' ? 0 : 1),
    };
    const [next, effect] = step(gesture, finger, on);
    gesture = next;
    return effect;
  });
}

const last = (events: readonly Event[], on?: Scene) => effects(events, on).at(-1)!;

describe('one finger', () => {
  test('draws a box from where it went down to where it left', () => {
    const found = effects([
      ['down', 1, 120, 70],
      ['move', 1, 200, 200],
      ['up', 1, 270, 320],
    ]);
    expect(found[1]).toMatchObject({kind: 'draft', index: null});
    expect(found[2]).toEqual({kind: 'keep', index: null, box: {ymin: 0.1, xmin: 0.2, ymax: 0.6, xmax: 0.5}});
  });

  test('draws inside a box that is not selected', () => {
    expect(
      last([
        ['down', 1, 270, 270],
        ['move', 1, 300, 300],
        ['up', 1, 310, 310],
      ]),
    ).toMatchObject({
      kind: 'keep',
      index: null,
    });
  });

  test('that slips a little is a tap: it selects the smallest box there, and again the one behind', () => {
    const tap: Event[] = [
      ['down', 1, 270, 270],
      ['move', 1, 275, 272],
      ['up', 1, 275, 272],
    ];
    expect(effects(tap)).toEqual([{kind: 'nothing'}, {kind: 'nothing'}, {kind: 'select', index: 1}]);
    expect(last(tap, {...scene, selected: 1})).toEqual({kind: 'select', index: 0});
    expect(last(tap, {...scene, selected: 0})).toEqual({kind: 'select', index: 1});
  });

  test('that taps beside all boxes selects none', () => {
    expect(
      last(
        [
          ['down', 1, 25, 25],
          ['up', 1, 25, 25],
        ],
        {...scene, selected: 1},
      ),
    ).toEqual({
      kind: 'select',
      index: null,
    });
  });

  test('moves the selected box', () => {
    const found = last(
      [
        ['down', 1, 270, 270],
        ['move', 1, 300, 300],
        ['up', 1, 320, 220],
      ],
      {...scene, selected: 1},
    );
    expect(found).toMatchObject({kind: 'keep', index: 1});
    expect(found.kind === 'keep' && found.box.xmin).toBeCloseTo(0.5);
    expect(found.kind === 'keep' && found.box.ymin).toBeCloseTo(0.3);
  });

  test('resizes by a handle without a jump, however little it moves', () => {
    // The handle is at 320, 320; the finger takes it ten pixels beside.
    const found = last(
      [
        ['down', 1, 330, 330],
        ['move', 1, 331, 330],
        ['up', 1, 335, 330],
      ],
      {...scene, selected: 1},
    );
    expect(found).toMatchObject({kind: 'keep', index: 1, box: {xmin: 0.4, ymin: 0.4}});
    expect(found.kind === 'keep' && found.box.xmax).toBeCloseTo(0.61);
    expect(found.kind === 'keep' && found.box.ymax).toBeCloseTo(0.6);
  });

  test('that draws next to nothing draws nothing', () => {
    expect(
      last([
        ['down', 1, 30, 30],
        ['move', 1, 60, 33],
        ['up', 1, 60, 33],
      ]),
    ).toEqual({kind: 'drop'});
  });

  test('that the system takes away leaves everything as it was', () => {
    expect(
      last([
        ['down', 1, 30, 30],
        ['move', 1, 90, 90],
        ['cancel', 1, 90, 90],
      ]),
    ).toEqual({kind: 'drop'});
  });
});

describe('two fingers', () => {
  const pinch: Event[] = [
    ['down', 1, 200, 270],
    ['move', 1, 220, 270],
    ['down', 2, 320, 270, 2],
    ['move', 1, 170, 270, 2],
    ['move', 2, 370, 270, 2],
  ];

  test('drop what the first one began, and zoom', () => {
    const found = effects(pinch);
    expect(found[1]!.kind).toBe('draft');
    expect(found[2]).toEqual({kind: 'drop'});
    expect(found[4]).toMatchObject({kind: 'view', view: {width: 1000}});
  });

  test('leave nothing behind when they lift one by one', () => {
    const found = effects([...pinch, ['up', 2, 370, 270, 1], ['move', 1, 60, 60, 1], ['up', 1, 60, 60, 0]]);
    expect(found.slice(-3)).toEqual([{kind: 'nothing'}, {kind: 'nothing'}, {kind: 'nothing'}]);
  });

  test('are not disturbed by a third', () => {
    const found = effects([
      ...pinch,
      ['down', 3, 100, 100, 3],
      ['move', 3, 10, 10, 3],
      ['move', 2, 420, 270, 3],
    ]);
    expect(found[5]).toEqual({kind: 'nothing'});
    expect(found[7]).toMatchObject({kind: 'view', view: {width: 1250}});
  });
});
