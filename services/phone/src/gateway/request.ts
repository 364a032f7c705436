/** The one way to the gateway: adds the API key, asks for it when it is missing, and names what goes wrong. */
import {apiKey, askForKey} from './api-key.ts';
import {problemOf, unreachable} from './problem.ts';

/** Of a key that a header can carry (RFC 9110, section 5.5, without what a key is never made of). */
const HEADER_VALUE = /^[!-~]+$/;

/** The address of `path` ('detect', 'v1/...') at the gateway that served this page. */
export function address(path: string): string {
  return new URL(path, document.baseURI).href;
}

export interface AskOptions {
  /** Whether a person may be asked for a missing key; else that is a GatewayProblem like others. */
  readonly asksForKey?: boolean;
}

/**
 * The answer: any status below 400, so 304 too.
 *
 * Throws GatewayProblem for every other status and when nothing answers; AbortError when `init.signal` aborts.
 */
export async function ask(
  path: string,
  init: RequestInit = {},
  {asksForKey = true}: AskOptions = {},
): Promise<Response> {
  for (;;) {
    const sent = apiKey.value;
    const response = await send(path, init, sent);
    if (response.status < 400) return response;
    const problem = await problemOf(response);
    if (problem.code !== 'unauthenticated' || !asksForKey) throw problem;
    // Somebody may have answered while this request was on its way.
    if (apiKey.value === sent && (await askForKey()) === null) throw problem;
    init.signal?.throwIfAborted();
  }
}

async function send(path: string, init: RequestInit, key: string | null): Promise<Response> {
  const headers = new Headers(init.headers);
  // One that no header carries is left out: the gateway asks for a key then, and so does the page.
  if (key !== null && HEADER_VALUE.test(key)) headers.set('X-Api-Key', key);
  try {
    return await fetch(address(path), {...init, headers});
  } catch (fault) {
    init.signal?.throwIfAborted();
    if (fault instanceof TypeError) throw unreachable();
    throw fault;
  }
}
