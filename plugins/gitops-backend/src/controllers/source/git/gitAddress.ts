import { assertError } from '@backstage/errors';
import { parseSshAddress } from './ssh/sshAddress';

/** Why an address cannot be fetched from, without quoting it. */
export function gitAddressProblem(address: string): string | undefined {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return 'is no URL; it must look like https://host/path or ssh://git@host/path';
  }
  if (url.protocol === 'ssh:') {
    try {
      parseSshAddress(address);
      return undefined;
    } catch (error) {
      assertError(error);
      return `cannot be used: ${error.message}`;
    }
  }
  return url.protocol === 'http:' || url.protocol === 'https:'
    ? undefined
    : `begins with ${url.protocol}//; http, https and ssh are possible`;
}
