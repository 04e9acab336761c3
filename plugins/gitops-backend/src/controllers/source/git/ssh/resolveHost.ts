import { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { BlockList, isIPv6 } from 'node:net';
import { GitError } from '../GitError';

/** The addresses of a host, as `dns.promises.lookup` with `all` gives them. */
export type HostLookup = (host: string) => Promise<LookupAddress[]>;

const systemLookup: HostLookup = host => lookup(host, { all: true });

/**
 * Addresses that belong to no Git server, but where clouds hand out
 * credentials, or that mean "this network" or "many".
 */
function forbiddenAddresses(): BlockList {
  const list = new BlockList();
  list.addSubnet('0.0.0.0', 8, 'ipv4');
  list.addSubnet('169.254.0.0', 16, 'ipv4');
  list.addAddress('100.100.100.200', 'ipv4');
  list.addAddress('192.0.0.192', 'ipv4');
  list.addSubnet('224.0.0.0', 3, 'ipv4');
  list.addAddress('::', 'ipv6');
  list.addSubnet('fe80::', 10, 'ipv6');
  list.addSubnet('ff00::', 8, 'ipv6');
  list.addAddress('fd00:ec2::254', 'ipv6');
  return list;
}

/**
 * Looks a host up once; the connection goes to one of the addresses that were
 * checked, so that a second answer of its name server changes nothing.
 *
 * @throws GitError `GIT_UNREACHABLE`
 */
export async function resolveHost(
  host: string,
  hostLookup: HostLookup = systemLookup,
): Promise<LookupAddress[]> {
  let found: LookupAddress[];
  try {
    found = await hostLookup(host);
  } catch (error) {
    const { code } = error as { code?: string };
    throw new GitError(
      'GIT_UNREACHABLE',
      `${host} cannot be resolved${code ? ` (${code})` : ''}; check spec.url`,
    );
  }
  const forbidden = forbiddenAddresses();
  const allowed = found.filter(
    ({ address }) =>
      !forbidden.check(address, isIPv6(address) ? 'ipv6' : 'ipv4'),
  );
  if (allowed.length === 0) {
    throw new GitError(
      'GIT_UNREACHABLE',
      `${host} has no address that may be connected to; link-local, multicast and metadata addresses are refused`,
    );
  }
  return allowed;
}
