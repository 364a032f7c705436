/** The one model that all screens share. */
import type {Manifest} from '../gateway/manifest.ts';
import type {DetectResult} from './engine/protocol.ts';
import {PhoneModel} from './phone-model.ts';

export const phoneModel = new PhoneModel();

/** Why this browser cannot run a model at all; null when it can. */
export function unsupportedReason(): string | null {
  if (!isSecureContext) return 'Detection on the phone needs HTTPS.';
  if (typeof OffscreenCanvas === 'undefined' || typeof Worker === 'undefined') {
    return 'This browser is too old to detect by itself. Update it, or detect on the server.';
  }
  return null;
}

/** All detections of the network (scores from 0.01). Takes ownership of `picture`. */
export const detectOnPhone = (picture: ImageBitmap): Promise<DetectResult> => phoneModel.detect(picture);

/** A file of a version, from storage or from the server; verified if the manifest lists it. */
export const versionFile = async (manifest: Manifest, path: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await phoneModel.file(manifest, path));
