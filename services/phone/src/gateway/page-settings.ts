/** What the gateway tells this page about itself (GET page.json); kept for times without a network. */
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
  if (last.value === null) return fresh;
  fresh.catch(() => undefined); // the next visit asks again
  return JSON.parse(last.value) as PageSettings;
}
