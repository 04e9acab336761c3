import { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv6, LookupFunction } from 'node:net';
import {
  ConnectionGuard,
  NetworkError,
} from '@backstage-gitops/plugin-gitops-node';
import { HostPattern } from './HostPattern';
import { refusedAddresses } from './refusedAddresses';

/** The addresses of a host, as `dns.promises.lookup` with `all` gives them. */
export type HostLookup = (host: string) => Promise<LookupAddress[]>;

/** What {@link NetworkGuard} is made of. */
export interface NetworkGuardOptions {
  /**
   * Hosts (`git.example.org`, `*.example.org`, with `:port` or without) and
   * networks (`10.1.0.0/16`, `::1`) that may be connected to although their
   * addresses are refused otherwise.
   */
  allow?: readonly string[];
  /** Where given, nothing else is connected to. Forms as in `allow`. */
  only?: readonly string[];
  lookup?: HostLookup;
}

/**
 * Decides which hosts the portal connects to on behalf of an object. Addresses
 * where clouds hand out credentials, of this machine, and those that mean "this
 * network" or "many" are refused; private networks are not, since that is where
 * sources live. Addresses are checked as they are connected to, so a name server
 * that answers differently the second time gains nothing.
 */
export class NetworkGuard implements ConnectionGuard {
  private readonly allow: HostPattern;
  private readonly only: HostPattern | undefined;
  private readonly hostLookup: HostLookup;
  private readonly refused: BlockList;

  /** @throws InputError for an entry that is neither host nor network */
  constructor(options: NetworkGuardOptions = {}) {
    this.allow = new HostPattern(options.allow ?? []);
    this.only = options.only && new HostPattern(options.only);
    this.hostLookup = options.lookup ?? (host => lookup(host, { all: true }));
    this.refused = refusedAddresses();
  }

  async resolve(host: string, port?: number): Promise<LookupAddress[]> {
    const name = bare(host);
    const family = isIP(name);
    const found =
      family === 0
        ? await this.lookUp(name)
        : [{ address: name, family: family as 4 | 6 }];
    const admitted = found.filter(({ address }) =>
      this.admits(name, address, port),
    );
    if (admitted.length === 0) {
      throw refusal(name);
    }
    return admitted;
  }

  /**
   * Refuses an address that stands in a URL; names are looked up only when they
   * are connected to, and where a proxy does that, they are taken.
   *
   * @throws NetworkError
   */
  checkTarget(host: string, port?: number): void {
    const name = bare(host);
    const admitted =
      isIP(name) === 0
        ? !this.only || this.only.matchesName(name, port)
        : this.admits(name, name, port);
    if (!admitted) {
      throw refusal(name);
    }
  }

  /** For `net.connect` to a host: gives addresses that may be connected to. */
  lookupFor(port?: number): LookupFunction {
    return (host, options, callback) => {
      this.resolve(host, port).then(
        addresses => {
          const [first] = addresses;
          if (options.all) {
            callback(null, addresses);
          } else {
            callback(null, first.address, first.family);
          }
        },
        error => callback(error, []),
      );
    };
  }

  private admits(name: string, address: string, port?: number): boolean {
    const named = (pattern: HostPattern) =>
      pattern.matchesName(name, port) || pattern.matchesAddress(address);
    if (this.only && !named(this.only)) {
      return false;
    }
    return (
      named(this.allow) ||
      !this.refused.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
    );
  }

  private async lookUp(host: string): Promise<LookupAddress[]> {
    try {
      return await this.hostLookup(host);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new NetworkError(
        'GITOPS_NETWORK_UNREACHABLE',
        `${host} cannot be resolved${code ? ` (${code})` : ''}; check the address`,
      );
    }
  }
}

function refusal(host: string): NetworkError {
  return new NetworkError(
    'GITOPS_NETWORK_REFUSED',
    `${host} has no address that the portal may connect to: addresses of this machine, link-local, multicast and metadata addresses are refused; an administrator can allow a host in gitops.network.allow`,
  );
}

/** URLs put IPv6 addresses into brackets. */
function bare(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}
