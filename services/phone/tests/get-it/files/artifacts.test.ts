import {expect, test} from 'vitest';

import {listArtifacts, tfliteFiles} from '../../../src/get-it/files/artifacts.ts';
import {artifact, MANIFEST} from '../../manifest.ts';

test('kinds come with those first that are most often wanted, and with their whole size', () => {
  const kinds = listArtifacts(MANIFEST);
  expect(kinds.map(({kind}) => kind)).toEqual(['tflite_f16', 'tflite_f32', 'tfjs_graph_f16', 'saved_model']);
  expect(kinds[2]).toMatchObject({sizeBytes: 3_000_000, isDownloadable: true});
});

test('the SavedModel is named but not offered, as the gateway hands out artifacts alone', () => {
  expect(listArtifacts(MANIFEST).at(-1)).toMatchObject({kind: 'saved_model', isDownloadable: false});
});

test('a kind that this page does not know is shown by its name', () => {
  const kinds = listArtifacts({
    ...MANIFEST,
    artifacts: [artifact('coreml_f16', 'coreml/model'), ...MANIFEST.artifacts],
  });
  expect(kinds.at(-1)).toMatchObject({kind: 'coreml_f16', title: 'coreml_f16', isDownloadable: true});
});

test('the examples begin with half the bits, and a version without int8 offers none', () => {
  expect(tfliteFiles(MANIFEST).map(({kind}) => kind)).toEqual(['tflite_f16', 'tflite_f32']);
  expect(tfliteFiles({...MANIFEST, artifacts: []})).toEqual([]);
});
