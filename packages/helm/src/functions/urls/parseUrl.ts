import { GoError } from '@backstage-gitops/go-template';
import { quoteText } from '../text/quote';
import { unescape } from './escape';
import { addressVersion } from './parseAddress';
import { isOptionalPort, Url, UserInfo } from './Url';

/** The parts before and behind the separator. */
function cut(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0
    ? [text, '']
    : [text.slice(0, at), text.slice(at + separator.length)];
}

/**
 * Reads a URL as Go 1.26's `url.Parse`.
 *
 * @throws GoError with Go's message
 */
export function parseUrl(text: string): Url {
  const [bare, fragment] = cut(text, '#');
  const url = attempt(bare, () => parseBare(bare));
  return fragment === ''
    ? url
    : attempt(text, () => ({
        ...url,
        fragment: unescape(fragment, 'fragment'),
      }));
}

function attempt<T>(url: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof GoError) {
      throw new GoError(`parse ${quoteText(url)}: ${error.message}`, {
        cause: error,
      });
    }
    throw error;
  }
}

const EMPTY: Url = {
  scheme: '',
  opaque: '',
  host: '',
  path: '',
  query: '',
  fragment: '',
};

function parseBare(text: string): Url {
  // eslint-disable-next-line no-control-regex -- they are what is refused
  if (/[\0-\x1f\x7f]/.test(text)) {
    throw new GoError('net/url: invalid control character in URL');
  }
  if (text === '*') {
    return { ...EMPTY, path: '*' };
  }
  const [rawScheme, behind] = splitScheme(text);
  const scheme = rawScheme.toLowerCase();
  const [rest, query] = cut(behind, '?');
  const url = { ...EMPTY, scheme, query };
  if (!rest.startsWith('/')) {
    if (scheme !== '') {
      return { ...url, opaque: rest };
    }
    if (cut(rest, '/')[0].includes(':')) {
      throw new GoError('first path segment in URL cannot contain colon');
    }
  }
  const hasAuthority =
    rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'));
  if (!hasAuthority) {
    return { ...url, path: unescape(rest, 'path') };
  }
  const slash = rest.indexOf('/', 2);
  const end = slash < 0 ? rest.length : slash;
  return {
    ...url,
    ...parseAuthority(scheme, rest.slice(2, end)),
    path: unescape(rest.slice(end), 'path'),
  };
}

/** The scheme, if there is one, and what comes behind its colon. */
function splitScheme(text: string): [string, string] {
  if (text.startsWith(':')) {
    throw new GoError('missing protocol scheme');
  }
  const scheme = /^[a-z][a-z0-9+.-]*(?=:)/i.exec(text)?.[0] ?? '';
  return [scheme, scheme === '' ? text : text.slice(scheme.length + 1)];
}

function parseAuthority(
  scheme: string,
  authority: string,
): Pick<Url, 'host' | 'user'> {
  const at = authority.lastIndexOf('@');
  const host = parseHost(scheme, authority.slice(at + 1));
  if (at < 0) {
    return { host };
  }
  const userinfo = authority.slice(0, at);
  if (!/^[\w.:~!$&'()*+,;=%@-]*$/.test(userinfo)) {
    throw new GoError('net/url: invalid userinfo');
  }
  const [name, password] = cut(userinfo, ':');
  const user: UserInfo = {
    name: unescape(name, 'userinfo'),
    password: userinfo.includes(':')
      ? unescape(password, 'userinfo')
      : undefined,
  };
  return { host, user };
}

function checkPort(port: string): void {
  if (!isOptionalPort(port)) {
    throw new GoError(`invalid port ${quoteText(port)} after host`);
  }
}

function parseHost(scheme: string, host: string): string {
  const bracket = host.lastIndexOf('[');
  if (bracket > 0) {
    throw new GoError('invalid IP-literal');
  }
  if (bracket === 0) {
    return parseBracketed(host);
  }
  const first = host.indexOf(':');
  if (first >= 0) {
    const isHttp = scheme === 'http' || scheme === 'https';
    checkPort(host.slice(isHttp ? first : host.lastIndexOf(':')));
  }
  return unescape(host, 'host');
}

/** An address of version 6, perhaps with a zone, and a port. */
function parseBracketed(host: string): string {
  const end = host.lastIndexOf(']');
  if (end < 0) {
    throw new GoError("missing ']' in host");
  }
  const port = host.slice(end + 1);
  checkPort(port);
  const name = host.slice(1, end);
  const zone = name.indexOf('%25');
  const address =
    zone < 0
      ? unescape(name, 'host')
      : unescape(name.slice(0, zone), 'host') +
        unescape(name.slice(zone), 'zone');
  let version: number;
  try {
    version = addressVersion(address);
  } catch (error) {
    throw error instanceof GoError
      ? new GoError(`invalid host: ${error.message}`, { cause: error })
      : error;
  }
  if (version === 4) {
    throw new GoError('invalid IP-literal');
  }
  return `[${address}]${port}`;
}
