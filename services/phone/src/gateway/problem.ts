/** A failed request to the gateway: a message for people, and a code for programs. */
export class GatewayProblem extends Error {
  override readonly name = 'GatewayProblem';
  /** One of the gateway's own codes, `unreachable` without a response, `unknown` when something else responded. */
  readonly code: string;
  /** The HTTP status; 0 without a response. */
  readonly status: number;

  constructor(code: string, message: string, status = 0) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export function unreachable(): GatewayProblem {
  return new GatewayProblem(
    'unreachable',
    'The server does not answer. Check that it runs and that this phone is in its network, then try again.',
  );
}

/** The response's JSON. Throws GatewayProblem when it is not JSON: a Wi-Fi's login page has status 200, too. */
export async function jsonOf<Content>(response: Response): Promise<Content> {
  try {
    return (await response.json()) as Content;
  } catch (fault) {
    if (!(fault instanceof SyntaxError)) throw fault;
    throw new GatewayProblem(
      'unknown',
      'Something else than the detector’s server answered: a Wi-Fi that wants a login, perhaps. Look there, then ' +
        'try again.',
      response.status,
    );
  }
}

/** The problem described in the response (RFC 9457); any other response is described by its status. */
export async function problemOf(response: Response): Promise<GatewayProblem> {
  const content: unknown = await response.json().catch(() => null);
  if (typeof content === 'object' && content !== null && 'code' in content && 'detail' in content) {
    return new GatewayProblem(String(content.code), String(content.detail), response.status);
  }
  return new GatewayProblem(
    'unknown',
    `The server answered ${response.status} without saying why. Try again in a moment.`,
    response.status,
  );
}
