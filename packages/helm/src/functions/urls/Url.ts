import { escape } from './escape';

/** Who asks; both without escapes. */
export interface UserInfo {
  readonly name: string;
  readonly password?: string;
}

/** What of Go's `url.URL` `urlParse` and `urlJoin` know. */
export interface Url {
  readonly scheme: string;
  /** What follows the scheme where that is no slash. */
  readonly opaque: string;
  readonly user?: UserInfo;
  /** With the port. */
  readonly host: string;
  /** Without escapes. */
  readonly path: string;
  /** With its escapes. */
  readonly query: string;
  /** Without escapes. */
  readonly fragment: string;
}

/** Name and password, with escapes. */
export function userText({ name, password }: UserInfo): string {
  const escaped = escape(name, 'userinfo');
  return password === undefined
    ? escaped
    : `${escaped}:${escape(password, 'userinfo')}`;
}

/** Whether the text is empty, or a colon and digits or none. */
export function isOptionalPort(text: string): boolean {
  return /^(?::[0-9]*)?$/.test(text);
}

/** The host without its port and without the brackets of an address. */
export function hostname(host: string): string {
  const colon = host.lastIndexOf(':');
  const name =
    colon >= 0 && isOptionalPort(host.slice(colon))
      ? host.slice(0, colon)
      : host;
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
}

function hierarchy({ scheme, user, host, path }: Url, isFirst: boolean) {
  let text = '';
  if (scheme !== '' || host !== '' || user) {
    if (host !== '' || path !== '' || user) {
      text += '//';
    }
    text += user ? `${userText(user)}@` : '';
    text += escape(host, 'host');
  }
  const escaped = path === '*' ? '*' : escape(path, 'path');
  if (escaped !== '' && !escaped.startsWith('/') && host !== '') {
    text += '/';
  }
  if (isFirst && text === '' && /^[^/]*:/.test(escaped)) {
    // Or else the first segment would be a scheme.
    text += './';
  }
  return text + escaped;
}

/** The URL as Go 1.26's `URL.String` writes it. */
export function urlText(url: Url): string {
  const scheme = url.scheme === '' ? '' : `${url.scheme}:`;
  const body = url.opaque || hierarchy(url, scheme === '');
  const query = url.query === '' ? '' : `?${url.query}`;
  const fragment =
    url.fragment === '' ? '' : `#${escape(url.fragment, 'fragment')}`;
  return scheme + body + query + fragment;
}
