/** What the gateway tells this page about itself (GET page.json); kept for times without a network. */
import {parsedOrNull} from '../storage/json.ts';
import {kept} from '../storage/kept.ts';
import {contentOf} from './problem.ts';
import {ask} from './request.ts';

export interface PageSettings {
  /** The name of the model that the gateway serves. */
  readonly model: string;
}

const last = kept('page-settings');

/** The settings as last heard; without a network and never heard, throws GatewayProblem. */
export async function pageSettings(): Promise<PageSettings> {
  const fresh = ask('page.json').then(async response => {
    const settings = await contentOf<PageSettings>(response);
    last.value = JSON.stringify(settings);
    return settings;
  });
  const known = parsedOrNull(last.value) as Partial<PageSettings> | null;
  if (typeof known?.model !== 'string') return fresh;
  fresh.catch(() => undefined); // the next visit asks again
  return {model: known.model};
}
