/** What a run over the samples says, beside what the server measured on exactly these photos. */
import type {Samples} from '../gateway/samples.ts';
import {evaluate, type Counts, type Evaluation} from '../metrics/evaluation.ts';
import type {Ran} from './run.ts';
import {verdictOf, type Verdict} from './verdict.ts';

export interface Report {
  readonly verdict: Verdict;
  readonly phone: Evaluation;
  readonly server: ServerNumbers;
  readonly times: Times;
}

/** The server's side: its average precision and false positives as it recorded them, counts of its detections. */
export interface ServerNumbers {
  readonly ap50: number | null;
  readonly falsePositives: number | null;
  readonly falsePositivesPerEmptyPhoto: number | null;
  readonly counts: Counts;
}

/** Milliseconds a photo. */
export interface Times {
  readonly median: number;
  readonly slowest: number;
}

/** `all` are the runs of all of the samples, at least one. */
export function reportOf(samples: Samples, all: readonly Ran[]): Report {
  const judge = (detections: (ran: Ran) => Ran['detections']) =>
    evaluate(
      all.map(ran => ({groundTruth: ran.sample.groundTruth, detections: detections(ran)})),
      samples.labels.length,
      samples.scoreThreshold,
    );
  const phone = judge(ran => ran.detections);
  const {ap50, falsePositives, falsePositivesPerEmptyPhoto} = samples;
  const {counts} = judge(ran => ran.sample.detections);
  return {
    verdict: verdictOf(phone, all.filter(({agrees}) => !agrees).length),
    phone,
    server: {ap50, falsePositives, falsePositivesPerEmptyPhoto, counts},
    times: timesOf(all.map(({ms}) => ms)),
  };
}

function timesOf(ms: readonly number[]): Times {
  const sorted = [...ms].sort((a, b) => a - b);
  const [low, high] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.ceil((sorted.length - 1) / 2)],
  ];
  return {median: ((low ?? 0) + (high ?? 0)) / 2, slowest: sorted.at(-1) ?? 0};
}
