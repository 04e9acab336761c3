import { GitService } from '../GitTransport';
import { isIPv6 } from 'node:net';
import { CustomErrorBase } from '@backstage/errors';

/** Where a repository lies that is fetched over ssh. */
export interface SshAddress {
  user: string;
  /** Lower case; an IPv6 address has no brackets. */
  host: string;
  port: number;
  /** As the remote git takes it, not quoted. */
  path: string;
}

/** An address that ssh cannot or must not use. */
export class SshAddressError extends CustomErrorBase {
  readonly name = 'SshAddressError';
  readonly code = 'SSH_ADDRESS';
}

const DEFAULT_USER = 'git';
const DEFAULT_PORT = 22;

const HOST = /^[a-z0-9_]([a-z0-9._-]{0,252}[a-z0-9_])?\.?$/;
/** Accounts as forges have them, also Gerrit's with an `@` or a domain. */
const USER = /^[A-Za-z0-9_][A-Za-z0-9_.@+\\-]{0,254}$/;
const LONGEST_PATH = 4_096;

/**
 * Reads `ssh://[user@]host[:port]/path` and git's short form `[user@]host:path`.
 * A path that begins with `/~` is below a home directory, as for git.
 *
 * What git or a shell could take for an option or a command is refused: the
 * parts go nowhere else than into a connection and one quoted argument.
 *
 * @throws SshAddressError
 */
export function parseSshAddress(text: string): SshAddress {
  const parts = /^ssh:\/\//i.test(text) ? fromUrl(text) : fromShortForm(text);
  const host = parts.host.toLowerCase();
  if (!HOST.test(host) && !isIPv6(host)) {
    throw new SshAddressError(
      'the host of the ssh address is no host name or IP address; names beyond ASCII are written in their xn-- form',
    );
  }
  if (!USER.test(parts.user)) {
    throw new SshAddressError(
      'the user of the ssh address is no plain account name',
    );
  }
  requirePath(parts.path);
  return { ...parts, host };
}

/** The command that git runs on the other side, its argument quoted as git does. */
export function serviceCommand(
  address: SshAddress,
  service: GitService = 'git-upload-pack',
): string {
  const quoted = address.path.replace(/['!]/g, found => `'\\${found}'`);
  return `${service} '${quoted}'`;
}

/** For messages: without the user. */
export function describeSshAddress({ host, port, path }: SshAddress): string {
  return `ssh://${describeSshHost({ host, port })}/${path.replace(/^\//, '')}`;
}

/** Host, and the port where it is not the usual one. */
export function describeSshHost(address: {
  host: string;
  port: number;
}): string {
  const { host, port } = address;
  const name = isIPv6(host) ? `[${host}]` : host;
  return port === DEFAULT_PORT ? name : `${name}:${port}`;
}

function fromUrl(text: string): SshAddress {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new SshAddressError(
      'the ssh address is no URL; it must look like ssh://git@host/path',
    );
  }
  if (url.password) {
    throw new SshAddressError(
      "the ssh address holds a password; ssh uses the key 'identity' of the Secret in spec.secretRef",
    );
  }
  if (url.search || url.hash || /[?#]/.test(text)) {
    throw new SshAddressError(
      "the ssh address has a '?' or '#', which ssh does not know; write %3F or %23 where the path has them",
    );
  }
  const path = decoded(url.pathname);
  return {
    user: decoded(url.username) || DEFAULT_USER,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    path: path.startsWith('/~') ? path.slice(1) : path,
  };
}

function fromShortForm(text: string): SshAddress {
  const match = /^(?:([^@:/]+)@)?(\[[^\]/]+\]|[^:/@]+):(?!\/\/)(.+)$/s.exec(
    text,
  );
  if (!match) {
    throw new SshAddressError(
      'the ssh address must look like ssh://git@host/path',
    );
  }
  const [, user = DEFAULT_USER, host, path] = match;
  return {
    user,
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port: DEFAULT_PORT,
    path,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new SshAddressError(
      "the ssh address has a '%' that begins no encoded character",
    );
  }
}

function requirePath(path: string): void {
  if (path === '' || path === '/') {
    throw new SshAddressError('the ssh address has no path to a repository');
  }
  if (path.startsWith('-')) {
    throw new SshAddressError("the path of the ssh address begins with '-'");
  }
  if (/\p{Cc}/u.test(path)) {
    throw new SshAddressError(
      'the path of the ssh address holds control characters',
    );
  }
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    throw new SshAddressError(
      `the path of the ssh address is longer than ${LONGEST_PATH} bytes`,
    );
  }
}
