/** The report of a result over the samples: the phone's metrics beside the server's on the same photos. */
import type {Samples} from '../gateway/samples.ts';
import {evaluate, type Counts, type Evaluation} from '../metrics/evaluation.ts';
import type {SampleResult} from './run-samples.ts';
import {decideVerdict, type Verdict} from './verdict.ts';

export interface Report {
  readonly verdict: Verdict;
  readonly phone: Evaluation;
  readonly server: ServerNumbers;
  readonly times: Times;
}

/** The server's metrics as published in samples.json, and the counts of its detections. */
export interface ServerNumbers {
  readonly ap50: number | null;
  readonly falsePositives: number | null;
  readonly falsePositivesPerEmptyPhoto: number | null;
  readonly counts: Counts;
}

/** Milliseconds per photo. */
export interface Times {
  readonly median: number;
  readonly slowest: number;
}

/** `results` are those of all samples, at least one. */
export function makeReport(samples: Samples, results: readonly SampleResult[]): Report {
  const evaluateWith = (detections: (result: SampleResult) => SampleResult['detections']) =>
    evaluate(
      results.map(result => ({groundTruth: result.sample.groundTruth, detections: detections(result)})),
      samples.labels.length,
      samples.scoreThreshold,
    );
  const phone = evaluateWith(result => result.detections);
  const {ap50, falsePositives, falsePositivesPerEmptyPhoto} = samples;
  const {counts} = evaluateWith(result => result.sample.detections);
  return {
    verdict: decideVerdict(phone, results.filter(({agrees}) => !agrees).length),
    phone,
    server: {ap50, falsePositives, falsePositivesPerEmptyPhoto, counts},
    times: summariseTimes(results.map(({ms}) => ms)),
  };
}

function summariseTimes(ms: readonly number[]): Times {
  const sorted = [...ms].sort((a, b) => a - b);
  const [low, high] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.ceil((sorted.length - 1) / 2)],
  ];
  return {median: ((low ?? 0) + (high ?? 0)) / 2, slowest: sorted.at(-1) ?? 0};
}
