import { InputError } from '@backstage/errors';
import { BlockList, isIP, isIPv6 } from 'node:net';

interface NamePattern {
  /** In lower case; of `*.example.org` without the star. */
  name: string;
  anyPrefix: boolean;
  port: string | undefined;
}

const NAME =
  /^(\*\.)?([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*)\.?(?::(\d{1,5}))?$/i;

/** Hosts by name, with `*.` for anything below, and networks by address. */
export class HostPattern {
  private readonly names: NamePattern[] = [];
  private readonly networks = new BlockList();

  /** @throws InputError for an entry that is neither host nor network */
  constructor(entries: readonly string[]) {
    entries.forEach(entry => this.add(entry));
  }

  matchesName(host: string, port?: number): boolean {
    const name = host.toLowerCase().replace(/\.$/, '');
    return this.names.some(
      pattern =>
        (pattern.port === undefined || pattern.port === String(port)) &&
        (pattern.anyPrefix
          ? name.endsWith(`.${pattern.name}`)
          : name === pattern.name),
    );
  }

  matchesAddress(address: string): boolean {
    return this.networks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  }

  private add(entry: string): void {
    const [network, prefix, more] = entry.split('/');
    const family = isIP(network);
    if (family !== 0 && more === undefined) {
      const type = family === 6 ? 'ipv6' : 'ipv4';
      const longest = family === 6 ? 128 : 32;
      const length = prefix === undefined ? longest : Number(prefix);
      if (/^\d+$/.test(prefix ?? '0') && length <= longest) {
        this.networks.addSubnet(network, length, type);
        return;
      }
    }
    const match = NAME.exec(entry);
    if (!match) {
      throw new InputError(
        `'${entry}' is no host and no network; write git.example.org, *.example.org, git.example.org:8443, 10.1.2.3 or 10.1.0.0/16`,
      );
    }
    this.names.push({
      name: match[2].toLowerCase(),
      anyPrefix: match[1] !== undefined,
      port: match[5],
    });
  }
}
