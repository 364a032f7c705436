/** One picture's answer, of the phone or of the server, in one shape. */
import {detectOnServer} from '../gateway/detect.ts';
import type {AskOptions} from '../gateway/request.ts';
import {detectOnPhone, phoneModel} from '../model/on-phone.ts';
import {ModelMissing} from '../model/phone-model.ts';
import type {Detection} from '../vision/box.ts';
import type {Size} from '../vision/overlay.ts';
import {threshold} from './threshold.ts';

export interface Labelled extends Detection {
  readonly label: string;
}

export interface Answer {
  readonly detections: readonly Labelled[];
  readonly version: number;
  /** Milliseconds until the answer was there; for the phone without reading the picture from the camera. */
  readonly ms: number;
  /** Of these the network's own (phone) or the server's own (server). */
  readonly innerMs: number;
  /** Pixels of the picture that was looked at. */
  readonly image: Size;
  /** Nothing below this score was asked for. */
  readonly minScore: number;
}

/** `picture` is handed over. Throws ModelMissing or EngineFault. */
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
 * Asked for what is shown now, so that the server's own counts stay those of shown detections.
 *
 * Throws GatewayProblem or AbortError.
 */
export async function serverAnswer(
  photo: Blob,
  {signal, stable, ...asking}: {signal?: AbortSignal; stable?: boolean} & AskOptions,
): Promise<Answer> {
  const minScore = threshold.value ?? undefined;
  const answer = await detectOnServer(photo, {
    minScore,
    signal,
    channel: stable ? 'stable' : undefined,
    ...asking,
  });
  return {
    detections: answer.detections,
    version: answer.model.version,
    ms: answer.roundTripMs,
    innerMs: answer.serverMs,
    image: answer.image,
    // Which one the server took is not known: once it is, the photo is asked for again.
    minScore: minScore ?? 1,
  };
}
