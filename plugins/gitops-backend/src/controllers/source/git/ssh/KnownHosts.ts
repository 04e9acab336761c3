import { createHash, createHmac } from 'node:crypto';
import { GitCredentialError } from '../access/GitCredentialError';
import { matchesPattern } from './matchesPattern';
import { SshWire } from './sshWire';

/** What known_hosts says of a key that a server showed. */
export type HostKeyVerdict =
  | 'known'
  /** No line names the host. */
  | 'unknown'
  /** Lines name the host, with other keys. */
  | 'changed'
  | 'revoked'
  /** Only a certificate authority is given for the host. */
  | 'authority';

interface Entry {
  marker: 'none' | 'revoked' | 'authority';
  names: (name: HostName) => boolean;
  type: string;
  key: Buffer;
}

interface HostName {
  host: string;
  port: number;
}

const MARKERS: Record<string, Entry['marker']> = {
  '@revoked': 'revoked',
  '@cert-authority': 'authority',
};

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const USUAL_PORT = 22;

/**
 * The servers' keys that a Secret trusts, in the format of OpenSSH's
 * `known_hosts` (sshd(8), OpenSSH 9): plain, wildcard, negated, `[host]:port`
 * and hashed names, `@revoked` and `@cert-authority`.
 *
 * As with Flux 2.9, a name without a port stands for port 22 only, and a revoked
 * key is refused whatever host it is revoked for.
 */
export class KnownHosts {
  private readonly entries: readonly Entry[];

  private constructor(entries: readonly Entry[]) {
    this.entries = entries;
  }

  /**
   * `where` names the text in messages.
   *
   * @throws GitCredentialError where a line is malformed, or there is none
   */
  static parse(text: string, where: string): KnownHosts {
    const entries: Entry[] = [];
    for (const [index, raw] of text.split('\n').entries()) {
      const line = raw.trim();
      if (line !== '' && !line.startsWith('#')) {
        const entry = parseLine(line);
        if (typeof entry === 'string') {
          throw new GitCredentialError(`${where}, line ${index + 1}: ${entry}`);
        }
        entries.push(entry);
      }
    }
    if (entries.length === 0) {
      throw new GitCredentialError(`${where} names no host`);
    }
    return new KnownHosts(entries);
  }

  /** Types of the keys that are known of a host, such as `ssh-ed25519`. */
  keyTypes(name: HostName): string[] {
    const types = this.of(name, 'none').map(({ type }) => type);
    return [...new Set(types)];
  }

  /** `key` is the public key as the server sends it. */
  check(name: HostName, key: Buffer): HostKeyVerdict {
    const same = (entry: Entry) => entry.key.equals(key);
    if (this.entries.some(e => e.marker === 'revoked' && same(e))) {
      return 'revoked';
    }
    const known = this.of(name, 'none');
    if (known.length > 0) {
      return known.some(same) ? 'known' : 'changed';
    }
    return this.of(name, 'authority').length > 0 ? 'authority' : 'unknown';
  }

  private of(name: HostName, marker: Entry['marker']): Entry[] {
    const asked = { ...name, host: name.host.toLowerCase() };
    return this.entries.filter(
      entry => entry.marker === marker && entry.names(asked),
    );
  }
}

/** As `ssh-keygen -l` shows it. */
export function fingerprintOf(key: Buffer): string {
  const digest = createHash('sha256').update(key).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}

function parseLine(line: string): Entry | string {
  const fields = line.split(/[ \t]+/);
  let marker: Entry['marker'] = 'none';
  if (fields[0].startsWith('@')) {
    marker = MARKERS[fields.shift()!];
    if (!marker) {
      return 'the marker is neither @revoked nor @cert-authority';
    }
  }
  const [hosts, type, encoded] = fields;
  if (!encoded) {
    return 'it needs host names, the type of a key and the key';
  }
  const key = BASE64.test(encoded) ? Buffer.from(encoded, 'base64') : undefined;
  if (!key || new SshWire(key).string()?.toString('latin1') !== type) {
    return 'the key is not what its type says';
  }
  const names = hosts.startsWith('|') ? hashedName(hosts) : plainNames(hosts);
  return typeof names === 'string' ? names : { marker, names, type, key };
}

function hashedName(text: string): Entry['names'] | string {
  const [, version, salt = '', hash = '', ...rest] = text.split('|');
  const wanted = Buffer.from(hash, 'base64');
  const key = Buffer.from(salt, 'base64');
  if (
    version !== '1' ||
    rest.length > 0 ||
    key.length !== 20 ||
    wanted.length !== 20
  ) {
    return 'the hashed host name is not of the form |1|salt|hash';
  }
  return ({ host, port }) => {
    const name = port === USUAL_PORT ? host : `[${host}]:${port}`;
    return createHmac('sha1', key).update(name).digest().equals(wanted);
  };
}

function plainNames(text: string): Entry['names'] | string {
  const patterns: { negated: boolean; host: string; port: number }[] = [];
  for (const part of text.toLowerCase().split(',')) {
    const negated = part.startsWith('!');
    const pattern = negated ? part.slice(1) : part;
    const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(pattern);
    if (pattern === '' || (pattern.startsWith('[') && !bracketed)) {
      return 'a host name is empty, or not of the form [host]:port';
    }
    patterns.push({
      negated,
      host: bracketed ? bracketed[1] : pattern,
      port: Number(bracketed?.[2] ?? USUAL_PORT),
    });
  }
  return ({ host, port }) => {
    const hits = patterns.filter(
      pattern => pattern.port === port && matchesPattern(pattern.host, host),
    );
    return hits.length > 0 && hits.every(({ negated }) => !negated);
  };
}
