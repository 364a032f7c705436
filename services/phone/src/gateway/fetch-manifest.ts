/** Fetches the manifest of the stable version of the gateway's model. */
import {parseJsonOrNull, storedSetting} from '../storage/settings.ts';
import type {Manifest} from './manifest.ts';
import {GatewayProblem, jsonOf} from './problem.ts';
import {ask} from './request.ts';

export interface FetchedManifest {
  readonly manifest: Manifest;
  readonly etag: string;
}

/** The stable version's manifest; null when it still has this ETag. Throws GatewayProblem. */
export async function fetchManifest(knownEtag: string | null): Promise<FetchedManifest | null> {
  const {model} = await pageSettings();
  const headers = knownEtag === null ? {} : {'If-None-Match': knownEtag};
  const path = `v1/models/${encodeURIComponent(model)}/manifest?channel=stable`;
  const response = await ask(path, {headers}).catch(explainMissingModel);
  if (response.status === 304) return null;
  return {manifest: await jsonOf<Manifest>(response), etag: response.headers.get('ETag') ?? ''};
}

/** Rewords `not_found`: people who open the page do not know about channels, only that there is no model yet. */
function explainMissingModel(fault: unknown): never {
  if (!(fault instanceof GatewayProblem) || fault.code !== 'not_found') throw fault;
  throw new GatewayProblem(
    'not_found',
    'The server has no model yet. Try again when the first training has ended.',
    fault.status,
  );
}

/** What the gateway tells the page about itself (GET page.json). */
export interface PageSettings {
  /** The name of the model that the gateway serves. */
  readonly model: string;
}

/** Kept for offline use. */
const lastSettings = storedSetting('page-settings');

/** The settings as last received. Throws GatewayProblem when none were ever received and the gateway is unreachable. */
export async function pageSettings(): Promise<PageSettings> {
  const fresh = ask('page.json').then(async response => {
    const settings = await jsonOf<PageSettings>(response);
    lastSettings.value = JSON.stringify(settings);
    return settings;
  });
  const known = parseJsonOrNull(lastSettings.value) as Partial<PageSettings> | null;
  if (typeof known?.model !== 'string') return fresh;
  fresh.catch(() => undefined); // the next visit tries again
  return {model: known.model};
}
