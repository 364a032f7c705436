/** The manifest of the version that a channel points to. */
import type {Manifest} from './manifest.ts';
import {pageSettings} from './page-settings.ts';
import {contentOf, GatewayProblem} from './problem.ts';
import {ask} from './request.ts';

export interface FetchedManifest {
  readonly manifest: Manifest;
  readonly etag: string;
}

/** The stable version's manifest; null when it is still the one with this ETag. Throws GatewayProblem. */
export async function fetchManifest(knownEtag: string | null): Promise<FetchedManifest | null> {
  const {model} = await pageSettings();
  const headers = knownEtag === null ? {} : {'If-None-Match': knownEtag};
  const path = `v1/models/${encodeURIComponent(model)}/manifest?channel=stable`;
  const response = await ask(path, {headers}).catch(forPeople);
  if (response.status === 304) return null;
  return {manifest: await contentOf<Manifest>(response), etag: response.headers.get('ETag') ?? ''};
}

/** Whoever opens the page knows of no channels: to them there is no model. */
function forPeople(fault: unknown): never {
  if (!(fault instanceof GatewayProblem) || fault.code !== 'not_found') throw fault;
  throw new GatewayProblem(
    'not_found',
    'The server has no model yet. Try again when the first training has ended.',
    fault.status,
  );
}
