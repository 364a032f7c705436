import {expect, test} from 'vitest';

import {parseSamples, UnreadableSamplesError} from '../../src/gateway/samples.ts';

const BOX = {ymin: 0.1, xmin: 0.2, ymax: 0.3, xmax: 0.4};
const JSON_TEXT = JSON.stringify({
  schema: 1,
  labels: ['raccoon', 'kangaroo'],
  score_threshold: 0.4,
  ap50: 0.9,
  false_positives: 1,
  false_positives_per_empty_photo: null,
  photos: [
    {
      file: '01.jpg',
      width: 640,
      height: 480,
      ground_truth: [{label: 'raccoon', class_id: 0, box: BOX}],
      detections: [{label: 'raccoon', class_id: 0, score: 0.8, box: BOX}],
    },
  ],
});

test('photos come with their truth, the server’s detections and its numbers', () => {
  const samples = parseSamples(JSON_TEXT);
  expect(samples).toMatchObject({
    scoreThreshold: 0.4,
    ap50: 0.9,
    falsePositives: 1,
    falsePositivesPerEmptyPhoto: null,
  });
  expect(samples.photos[0]).toEqual({
    file: '01.jpg',
    width: 640,
    height: 480,
    groundTruth: [{classId: 0, box: BOX}],
    detections: [{classId: 0, score: 0.8, box: BOX}],
  });
});

test.each([
  ['another schema', '{"schema": 2}', /schema 2/],
  ['damage', JSON_TEXT.slice(0, 80), /damaged/],
  ['a missing part', '{"schema": 1}', /damaged/],
])('%s is one clear message', (_, text, message) => {
  expect(() => parseSamples(text)).toThrow(UnreadableSamplesError);
  expect(() => parseSamples(text)).toThrow(message);
});
