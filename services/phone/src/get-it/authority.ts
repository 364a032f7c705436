/** Whether this gateway's certificate is from an authority of its own, which programs have to be told of. */
import {address} from '../gateway/request.ts';

export const AUTHORITY = 'lan/authority.pem';

/** Over plain http there is none to trust. Without an answer it is not known, and nothing is said. */
export async function hasOwnAuthority(): Promise<boolean> {
  if (location.protocol !== 'https:') return false;
  try {
    return (await fetch(address(AUTHORITY), {method: 'HEAD'})).ok;
  } catch {
    return false;
  }
}
