import 'fake-indexeddb/auto';
import {afterEach, describe, expect, test, vi} from 'vitest';

import {Collection} from '../../../src/label/collection/collection.ts';
import {PhotoDatabase} from '../../../src/label/collection/photo-database.ts';
import {proposal} from '../../../src/label/report/proposal.ts';
import {photo, truth} from '../photos.ts';

const found = [
  {...truth(0), score: 0.9, label: 'raccoon'},
  {...truth(1), score: 0.6, label: 'kangaroo'},
];

describe('boxes of the detector', () => {
  test('bring their names where there are none', () => {
    const {names, labelling} = proposal(found, ['raccoon', 'kangaroo'], []);
    expect(names).toEqual(['raccoon', 'kangaroo']);
    expect(labelling).toEqual({boxes: [truth(0), truth(1)], done: false});
  });

  test('get the collection’s class of the same name, whatever the order', () => {
    const {labelling} = proposal(found, ['raccoon', 'kangaroo'], ['Kangaroo', 'Raccoon']);
    expect(labelling.boxes.map(({classId}) => classId)).toEqual([1, 0]);
  });

  test('of other things are left out and named', () => {
    const {labelling, unknown} = proposal(found, ['raccoon', 'kangaroo'], ['raccoon', 'cup']);
    expect(labelling.boxes).toEqual([truth(0)]);
    expect(unknown).toEqual(['kangaroo']);
  });
});

test('a box of a version that orders its classes otherwise is known by its own label', () => {
  const {labelling} = proposal(found, ['kangaroo', 'raccoon'], ['raccoon', 'kangaroo']);
  expect(labelling.boxes).toEqual([truth(0), truth(1)]);
});

describe('a wrong answer', () => {
  afterEach(() => void vi.unstubAllGlobals());

  const answer = {photo: new Blob(['x']), detections: found, labels: ['raccoon', 'kangaroo']};

  test('comes into the collection to be checked, and a second time does not undo the person’s work', async () => {
    // A browser that asks the person whether the photos may stay, and hears nothing.
    const storage = {persisted: () => Promise.resolve(false), persist: () => new Promise(() => undefined)};
    vi.stubGlobal('navigator', {storage});
    // The screens read the address of the page when they are loaded.
    Object.assign(globalThis, {location: {hash: ''}, addEventListener: () => undefined});
    const {addWrongDetections} = await import('../../../src/label/report/report-wrong.ts');
    const collection = new Collection(() => PhotoDatabase.open('wrong'));
    const prepare = () => Promise.resolve(photo('wrong'));
    const id = await addWrongDetections(collection, answer, prepare);
    expect(collection.classes.value).toEqual(['raccoon', 'kangaroo']);
    expect(collection.find(id)?.labelling).toEqual({boxes: [truth(0), truth(1)], done: false});

    await collection.label(id, {boxes: [truth(1)], done: true});
    expect(await addWrongDetections(collection, answer, prepare)).toBe(id);
    expect(collection.find(id)?.labelling).toEqual({boxes: [truth(1)], done: true});
  });
});
