import {expect, test} from 'vitest';

import {makeReport} from '../../src/evaluate/report.ts';
import {
  runSamples,
  worstFirst,
  type SampleResult,
  type SampleRunner,
} from '../../src/evaluate/run-samples.ts';
import type {Samples} from '../../src/gateway/samples.ts';
import type {Detection} from '../../src/vision/box.ts';
import {ASTRAY, FOUND, OBJECT, sample, samplesOf} from './samples.ts';

const SAMPLES = samplesOf(
  sample('01.jpg', [OBJECT], [FOUND]),
  sample('02.jpg', [OBJECT], [FOUND]),
  sample('03.jpg', [], []),
);

/** A phone that finds `answers[file]`, or what the server found, in 10, 20, 30 ms. */
function phone(samples: Samples, answers: Readonly<Record<string, Detection[]>> = {}): SampleRunner {
  let ms = 0;
  return {
    read: ({file}) => Promise.resolve(new Blob([file])),
    detect: async photo => {
      const file = await photo.text();
      const recorded = samples.photos.find(each => each.file === file)?.detections ?? [];
      return {detections: answers[file] ?? recorded, ms: (ms += 10)};
    },
  };
}

async function run(answers: Readonly<Record<string, Detection[]>> = {}): Promise<SampleResult[]> {
  const stop = new AbortController().signal;
  return runSamples(SAMPLES, phone(SAMPLES, answers), {stop, onResult: () => undefined});
}

test('a phone that finds what the server found has the server’s numbers', async () => {
  const report = makeReport(SAMPLES, await run());
  expect(report.phone.ap50).toBe(SAMPLES.ap50);
  expect(report.phone.counts).toEqual(report.server.counts);
  expect(report.phone.falsePositivesPerEmptyPhoto).toBe(SAMPLES.falsePositivesPerEmptyPhoto);
  expect(report.verdict.trust).toBe('good');
  expect(report.times).toEqual({median: 20, slowest: 30});
});

test('a phone that misses something and sees something else has numbers of its own', async () => {
  const report = makeReport(SAMPLES, await run({'02.jpg': [], '03.jpg': [ASTRAY]}));
  expect(report.phone.counts).toEqual({truePositives: 1, falsePositives: 1, falseNegatives: 1});
  expect(report.phone.falsePositivesPerEmptyPhoto).toBe(1);
  expect(report.server.counts).toEqual({truePositives: 2, falsePositives: 0, falseNegatives: 0});
  expect(report.verdict.reasons[0]).toBe('This phone answers differently from the server on 2 of 3 photos.');
});

test('the photos that went worst come first, and those the server answers otherwise before others', async () => {
  const all = await run({'02.jpg': [ASTRAY], '03.jpg': [{...ASTRAY, score: 0.51}]});
  expect(worstFirst(all).map(({sample: {file}}) => file)).toEqual(['02.jpg', '03.jpg', '01.jpg']);
  const agreeing = await run({'03.jpg': [{...ASTRAY, score: 0.45}, FOUND].slice(0, 1)});
  expect(worstFirst(agreeing).map(({sample: {file}}) => file)).toEqual(['01.jpg', '02.jpg', '03.jpg']);
});

test('it tells of every photo as it is done', async () => {
  const told: string[] = [];
  const stop = new AbortController().signal;
  await runSamples(SAMPLES, phone(SAMPLES), {stop, onResult: ran => told.push(ran.sample.file)});
  expect(told).toEqual(['01.jpg', '02.jpg', '03.jpg']);
});

test('it stops between two photos when it is told to', async () => {
  const stopping = new AbortController();
  const told: string[] = [];
  const running = runSamples(SAMPLES, phone(SAMPLES), {
    stop: stopping.signal,
    onResult: ran => {
      told.push(ran.sample.file);
      stopping.abort();
    },
  });
  await expect(running).rejects.toThrow(expect.objectContaining({name: 'AbortError'}) as Error);
  expect(told).toEqual(['01.jpg']);
});

test('it stops while a photo is still on its way', async () => {
  const stopping = new AbortController();
  const means = {...phone(SAMPLES), read: () => new Promise<Blob>(() => undefined)};
  const running = runSamples(SAMPLES, means, {stop: stopping.signal, onResult: () => undefined});
  stopping.abort();
  await expect(running).rejects.toThrow(expect.objectContaining({name: 'AbortError'}) as Error);
});

test('a photo that cannot be read ends the run with its reason', async () => {
  const means = {...phone(SAMPLES), read: () => Promise.reject(new Error('arrived damaged'))};
  const stop = new AbortController().signal;
  await expect(runSamples(SAMPLES, means, {stop, onResult: () => undefined})).rejects.toThrow(
    'arrived damaged',
  );
});
