/** All requests to the gateway go through here: adds the API key, asks for it when it is missing, and maps failures. */
import {apiKey, askForKey} from './api-key.ts';
import {problemOf, unreachable} from './problem.ts';

/** Keys that an HTTP header can carry: visible ASCII (RFC 9110, section 5.5). */
const HEADER_VALUE = /^[!-~]+$/;

/** The address of `path` ('detect', 'v1/...') at the gateway that served this page. */
export function address(path: string): string {
  return new URL(path, document.baseURI).href;
}

export interface AskOptions {
  /** Whether the person may be asked for a missing key; otherwise a missing key is a GatewayProblem. */
  readonly asksForKey?: boolean;
}

/**
 * The response, for any status below 400, including 304.
 *
 * Throws GatewayProblem for any other status and when the gateway is unreachable; AbortError when `init.signal` aborts.
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
    // Another request may have obtained a key in the meantime.
    if (apiKey.value === sent && (await askForKey()) === null) throw problem;
    init.signal?.throwIfAborted();
  }
}

async function send(path: string, init: RequestInit, key: string | null): Promise<Response> {
  const headers = new Headers(init.headers);
  // An invalid key is left out: the gateway then requires a key, and the page asks for a new one.
  if (key !== null && HEADER_VALUE.test(key)) headers.set('X-Api-Key', key);
  try {
    return await fetch(address(path), {...init, headers});
  } catch (fault) {
    init.signal?.throwIfAborted();
    if (fault instanceof TypeError) throw unreachable();
    throw fault;
  }
}
