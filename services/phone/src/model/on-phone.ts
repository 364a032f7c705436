/** The one model of this page, and what other screens ask of it. */
import type {Manifest} from '../gateway/manifest.ts';
import type {Found} from './engine/protocol.ts';
import {PhoneModel} from './phone-model.ts';

export const phoneModel = new PhoneModel();

/** Why a model cannot run here at all; null when it can. */
export function unsupportedReason(): string | null {
  if (!isSecureContext) return 'Detection on the phone needs HTTPS.';
  if (typeof OffscreenCanvas === 'undefined' || typeof Worker === 'undefined') {
    return 'This browser is too old to detect by itself. Update it, or detect on the server.';
  }
  return null;
}

/** Everything the network finds in `picture` (floor 0.01), which is handed over and closed. */
export const detectOnPhone = (picture: ImageBitmap): Promise<Found> => phoneModel.detect(picture);

/** A file of a version, checked where the manifest lists it, and kept with the model. */
export const versionFile = async (manifest: Manifest, path: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await phoneModel.file(manifest, path));
