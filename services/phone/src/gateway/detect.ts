/** POST /detect: the server's answer on one photo. */
import type {Detection} from '../vision/box.ts';
import {clientId} from './client-id.ts';
import {contentOf} from './problem.ts';
import {ask, type AskOptions} from './request.ts';

export interface ServerAnswer {
  readonly model: {readonly name: string; readonly version: number; readonly channel: string | null};
  /** Pixels of the photo as it was sent, upright. */
  readonly image: {readonly width: number; readonly height: number};
  readonly detections: readonly (Detection & {readonly label: string})[];
  /** Milliseconds on the server. */
  readonly serverMs: number;
  /** Milliseconds from here and back. */
  readonly roundTripMs: number;
}

export interface DetectOptions extends AskOptions {
  /** Lowest score; the version's own threshold when left out. */
  readonly minScore?: number | undefined;
  readonly channel?: 'stable' | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Answer {
  model: ServerAnswer['model'];
  image: ServerAnswer['image'];
  detections: {label: string; class_id: number; score: number; box: Detection['box']}[];
  timing_ms: {total: number};
}

/** Throws GatewayProblem, or AbortError. */
export async function detectOnServer(photo: Blob, options: DetectOptions = {}): Promise<ServerAnswer> {
  const query = new URLSearchParams();
  if (options.minScore !== undefined) query.set('min_score', options.minScore.toFixed(4));
  if (options.channel) query.set('channel', options.channel);
  const started = performance.now();
  const init = {
    method: 'POST',
    // By its content, whatever the browser took it for.
    headers: {'Content-Type': 'application/octet-stream', 'X-Client-Id': clientId()},
    body: photo,
    ...(options.signal && {signal: options.signal}),
  };
  const response = await ask(`detect?${query}`, init, options);
  const answer = await contentOf<Answer>(response);
  return {
    model: answer.model,
    image: answer.image,
    detections: answer.detections.map(({class_id, ...found}) => ({...found, classId: class_id})),
    serverMs: answer.timing_ms.total,
    roundTripMs: performance.now() - started,
  };
}
