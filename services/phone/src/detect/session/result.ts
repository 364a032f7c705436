/** The result of one picture on one side: the phone or the server. */
import {detectOnServer} from '../../gateway/detect.ts';
import {GatewayProblem} from '../../gateway/problem.ts';
import type {AskOptions} from '../../gateway/request.ts';
import {EngineFault} from '../../model/engine/engine.ts';
import {ModelMissing} from '../../model/phone-model.ts';
import {SelfTestFailed} from '../../model/self-test.ts';
import {detectOnPhone, phoneModel} from '../../model/shared-model.ts';
import {errorMessage} from '../../ui/format.ts';
import type {LabelledDetection} from '../../vision/box.ts';
import type {Size} from '../../vision/overlay.ts';
import {PhotoProblem} from '../../vision/photo.ts';
import {threshold} from './settings.ts';

export interface Answer {
  readonly detections: readonly LabelledDetection[];
  readonly version: number;
  /** Total milliseconds; for the phone, without capturing the picture from the camera. */
  readonly ms: number;
  /** Milliseconds of these spent in the network (phone) or on the server (server). */
  readonly innerMs: number;
  /** Size of the picture in pixels. */
  readonly image: Size;
  /** Detections below this score were not requested. */
  readonly minScore: number;
}

/** Detects on the phone. Takes ownership of `picture`. Throws ModelMissing or EngineFault. */
export async function phoneAnswer(picture: ImageBitmap): Promise<Answer> {
  const {width, height} = picture;
  const now = phoneModel.state.value;
  if (now.state !== 'ready') {
    picture.close();
    throw new ModelMissing();
  }
  const {detections, ms} = await detectOnPhone(picture);
  return {
    detections: detections.map(found => ({...found, label: now.manifest.labels[found.classId] ?? '?'})),
    version: now.manifest.version,
    ms: ms.resize + ms.inference,
    innerMs: ms.inference,
    image: {width, height},
    minScore: 0,
  };
}

/**
 * Detects on the server, with the threshold that is shown now, so that the server's metrics count shown detections.
 *
 * Throws GatewayProblem or AbortError.
 */
export async function serverAnswer(
  photo: Blob,
  {signal, stable, ...askOptions}: {signal?: AbortSignal; stable?: boolean} & AskOptions,
): Promise<Answer> {
  const minScore = threshold.value ?? undefined;
  const answer = await detectOnServer(photo, {
    minScore,
    signal,
    channel: stable ? 'stable' : undefined,
    ...askOptions,
  });
  return {
    detections: answer.detections,
    version: answer.model.version,
    ms: answer.roundTripMs,
    innerMs: answer.serverMs,
    image: answer.image,
    // The server applied a default that is not known here: once it is known, the photo is sent again.
    minScore: minScore ?? 1,
  };
}

export type Result =
  | {readonly state: 'idle'}
  | {readonly state: 'busy'}
  | {readonly state: 'done'; readonly answer: Answer}
  | {readonly state: 'failed'; readonly message: string};

export const IDLE: Result = {state: 'idle'};
export const BUSY: Result = {state: 'busy'};

/** Errors whose messages are written for people. */
const EXPECTED_ERRORS = [GatewayProblem, ModelMissing, PhotoProblem, SelfTestFailed];

/** The failed result for an error. Unexpected errors are also reported to the console. */
export function failed(fault: unknown): Result {
  if (fault instanceof EngineFault) {
    return {state: 'failed', message: 'Detection on this phone stopped. Try again, or detect on the server.'};
  }
  if (!EXPECTED_ERRORS.some(kind => fault instanceof kind)) reportError(fault);
  return {state: 'failed', message: errorMessage(fault)};
}

export function answerOf(result: Result): Answer | null {
  return result.state === 'done' ? result.answer : null;
}
