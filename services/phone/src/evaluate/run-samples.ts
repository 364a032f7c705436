/** Runs a version's samples through a detector, one photo after the other. */
import type {Sample, Samples} from '../gateway/samples.ts';
import {disagreements} from '../metrics/agreement.ts';
import {countMistakes, photoOutcome, type Outcome} from '../metrics/matching.ts';
import type {Detection} from '../vision/box.ts';

/** Reads a sample and detects in it. */
export interface SampleRunner {
  /** The content of the sample's file. */
  readonly read: (sample: Sample) => Promise<Blob>;
  /** All detections on a photo, down to the network's lowest score, and the time taken. */
  readonly detect: (photo: Blob) => Promise<{readonly detections: readonly Detection[]; readonly ms: number}>;
}

/** The result of one sample on this phone. */
export interface SampleResult {
  readonly sample: Sample;
  readonly photo: Blob;
  readonly detections: readonly Detection[];
  readonly outcome: Outcome;
  /** Whether the detections agree with the server's published ones. */
  readonly agrees: boolean;
  /** Milliseconds, from the decoded photo to the detections. */
  readonly ms: number;
}

/**
 * Run every sample in the published order; `onResult` is called with each result.
 *
 * Throws what `runner` throws, and an AbortError as soon as `stop` aborts.
 */
export async function runSamples(
  samples: Samples,
  runner: SampleRunner,
  {stop, onResult}: {readonly stop: AbortSignal; readonly onResult: (ran: SampleResult) => void},
): Promise<SampleResult[]> {
  const results: SampleResult[] = [];
  for (const sample of samples.photos) {
    const photo = await abortable(stop, runner.read(sample));
    const {detections, ms} = await abortable(stop, runner.detect(photo));
    const result = {
      sample,
      photo,
      detections,
      outcome: photoOutcome(sample.groundTruth, detections, samples.scoreThreshold),
      agrees: disagreements(detections, sample.detections, samples.scoreThreshold).length === 0,
      ms,
    };
    results.push(result);
    onResult(result);
  }
  return results;
}

function abortable<Value>(stop: AbortSignal, work: Promise<Value>): Promise<Value> {
  if (stop.aborted) return Promise.reject(stop.reason as Error);
  return new Promise((resolve, reject) => {
    stop.addEventListener('abort', () => reject(stop.reason as Error), {once: true});
    work.then(resolve, reject);
  });
}

/** A copy sorted by the number of mistakes, then photos that disagree with the server first. */
export function worstFirst(results: readonly SampleResult[]): SampleResult[] {
  return [...results].sort(
    (a, b) => countMistakes(b.outcome) - countMistakes(a.outcome) || Number(a.agrees) - Number(b.agrees),
  );
}
