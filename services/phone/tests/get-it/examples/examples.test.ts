import {expect, test} from 'vitest';

import {chapters} from '../../../src/get-it/examples/chapters.ts';
import type {ExampleContext} from '../../../src/get-it/examples/example.ts';
import {tfliteFiles, type TfliteFile} from '../../../src/get-it/files/artifacts.ts';
import {MANIFEST} from '../../manifest.ts';

const [F16, F32] = tfliteFiles(MANIFEST) as [TfliteFile, TfliteFile];

function codes(changes: Partial<ExampleContext> = {}): Record<string, string> {
  const context: ExampleContext = {
    manifest: MANIFEST,
    origin: 'https://phones.test:8443',
    tflite: F16,
    keys: false,
    ...changes,
  };
  const all = chapters(context).flatMap(({examples}) => examples);
  return Object.fromEntries(all.map(({id, code}) => [id, code]));
}

test('what is true for the version stands in the programs', () => {
  const {'python-device': python = '', 'browser-device': browser = '', 'curl-download': curl = ''} = codes();
  expect(python).toContain('LABELS = ["raccoon", "kangaroo"]');
  expect(python).toContain('THRESHOLD = 0.375');
  expect(python).toContain('photo.resize((320, 240)');
  expect(browser).toContain('resizeWidth: 320, resizeHeight: 240');
  expect(curl).toContain('https://phones.test:8443/v1/models/detector/versions/3/files/tflite/f16.tflite');
  expect(curl).toContain(F16.sha256);
});

test('the program for pages asks for nothing that older browsers refuse', () => {
  expect(codes()['browser-device']).not.toContain('imageOrientation');
});

test('outputs are taken in the order that the manifest gives', () => {
  expect(codes()['browser-device']).toContain('const [num_detections, detection_boxes] =');
});

test('the chosen file is the one that every program for devices names', () => {
  for (const id of ['curl-download', 'python-device', 'kotlin-mediapipe', 'swift-mediapipe']) {
    expect(codes({tflite: F32})[id]).toMatch(/\bf32\b/);
    expect(codes({tflite: F32})[id]).not.toMatch(/\bf16\b/);
  }
});

test('a file is fetched under a name with its version, so that curl never goes on with an older one', () => {
  expect(codes()['curl-download']).toContain('--continue-at - --output detector-3-f16.tflite ');
  const newer = codes({manifest: {...MANIFEST, version: 4}});
  for (const id of ['curl-download', 'python-device', 'kotlin-mediapipe']) {
    expect(newer[id]).toContain('detector-4-f16.tflite');
  }
  expect(newer['swift-mediapipe']).toContain('forResource: "detector-4-f16"');
});

test('keys are spoken of only where they are wanted', () => {
  expect(Object.values(codes()).join()).not.toMatch(/API_KEY|Authorization/);
  for (const id of [
    'curl-download',
    'curl-detect',
    'python-detect',
    'browser-device',
    'node-device',
    'javascript-detect',
  ]) {
    expect(codes({keys: true})[id]).toMatch(/API_KEY/);
  }
});

test('a version without tfjs has no program that loads it', () => {
  const ids = Object.keys(codes({manifest: {...MANIFEST, outputs: {tflite: ['detection_boxes']}}}));
  expect(ids).not.toContain('browser-device');
  expect(ids).not.toContain('node-device');
  expect(ids).toContain('javascript-detect');
});

test('a version whose threshold was never measured takes the gateway’s', () => {
  const {score_threshold: measured, ...unmeasured} = MANIFEST;
  expect(codes()['python-device']).toContain(`THRESHOLD = ${measured} `);
  expect(codes({manifest: unmeasured})['python-device']).toContain('THRESHOLD = 0.5 ');
});
