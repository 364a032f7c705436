/** Running a version's own samples through a detector, one photo after the other. */
import type {Sample, Samples} from '../gateway/samples.ts';
import {disagreements} from '../metrics/agreement.ts';
import {countMistakes, photoOutcome, type Outcome} from '../metrics/matching.ts';
import type {Detection} from '../vision/box.ts';

/** What a run needs of its surroundings. */
export interface Means {
  /** The sample's file. */
  readonly read: (sample: Sample) => Promise<Blob>;
  /** Everything found on a photo, down to the graph's floor, and how long that took. */
  readonly detect: (photo: Blob) => Promise<{readonly detections: readonly Detection[]; readonly ms: number}>;
}

/** One sample after it ran here. */
export interface Ran {
  readonly sample: Sample;
  readonly photo: Blob;
  readonly detections: readonly Detection[];
  readonly outcome: Outcome;
  /** Whether the server's answer on record is the same. */
  readonly agrees: boolean;
  /** Milliseconds, from the decoded photo to the detections. */
  readonly ms: number;
}

/**
 * Run every sample, in the order in which they were published; `onRan` hears of each.
 *
 * Throws what `means` throws, and an AbortError as soon as `stop` says so, whatever is still on its way.
 */
export async function runSamples(
  samples: Samples,
  means: Means,
  {stop, onRan}: {readonly stop: AbortSignal; readonly onRan: (ran: Ran) => void},
): Promise<Ran[]> {
  const all: Ran[] = [];
  for (const sample of samples.photos) {
    const photo = await unlessAborted(stop, means.read(sample));
    const {detections, ms} = await unlessAborted(stop, means.detect(photo));
    const ran = {
      sample,
      photo,
      detections,
      outcome: photoOutcome(sample.groundTruth, detections, samples.scoreThreshold),
      agrees: disagreements(detections, sample.detections, samples.scoreThreshold).length === 0,
      ms,
    };
    all.push(ran);
    onRan(ran);
  }
  return all;
}

function unlessAborted<Value>(stop: AbortSignal, work: Promise<Value>): Promise<Value> {
  if (stop.aborted) return Promise.reject(stop.reason as Error);
  return new Promise((resolve, reject) => {
    stop.addEventListener('abort', () => reject(stop.reason as Error), {once: true});
    work.then(resolve, reject);
  });
}

/** A copy with the photos that went worst first: most countMistakes, then those the server answers otherwise. */
export function worstFirst(all: readonly Ran[]): Ran[] {
  return [...all].sort(
    (a, b) => countMistakes(b.outcome) - countMistakes(a.outcome) || Number(a.agrees) - Number(b.agrees),
  );
}
