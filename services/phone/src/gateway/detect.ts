/** POST /detect: sends one photo to the gateway. */
import {storedSetting} from '../storage/settings.ts';
import type {Detection, LabelledDetection} from '../vision/box.ts';
import {jsonOf} from './problem.ts';
import {ask, type AskOptions} from './request.ts';

export interface ServerAnswer {
  readonly model: {readonly name: string; readonly version: number; readonly channel: string | null};
  /** Pixels of the photo as it was sent, upright. */
  readonly image: {readonly width: number; readonly height: number};
  readonly detections: readonly LabelledDetection[];
  /** Milliseconds on the server. */
  readonly serverMs: number;
  /** Milliseconds from the request to the parsed response. */
  readonly roundTripMs: number;
}

export interface DetectOptions extends AskOptions {
  /** Lowest score; the version's own threshold when left out. */
  readonly minScore?: number | undefined;
  readonly channel?: 'stable' | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The response's JSON. */
interface DetectResponse {
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
    // The gateway detects the format from the content; the browser's guess is unreliable.
    headers: {'Content-Type': 'application/octet-stream', 'X-Client-Id': clientId()},
    body: photo,
    ...(options.signal && {signal: options.signal}),
  };
  const response = await ask(`detect?${query}`, init, options);
  const body = await jsonOf<DetectResponse>(response);
  return {
    model: body.model,
    image: body.image,
    detections: body.detections.map(({class_id, ...found}) => ({...found, classId: class_id})),
    serverMs: body.timing_ms.total,
    roundTripMs: performance.now() - started,
  };
}

const storedId = storedSetting('client-id');

/** A random id of this browser that identifies no person; it keeps a phone on one side of a canary release. */
function clientId(): string {
  storedId.value ??= [...crypto.getRandomValues(new Uint8Array(12))]
    .map(byte => byte.toString(16).padStart(2, '0'))
    .join('');
  return storedId.value;
}
