import { GoError } from '@backstage-gitops/go-template';
import { escape, unescape } from '../functions/urls/escape';
import { parseUrl } from '../functions/urls/parseUrl';
import { Url, userText } from '../functions/urls/Url';
import { RepositoryError } from './RepositoryError';

/**
 * The address of a chart: what an index says of it, resolved against the URL of
 * the repository (without `index.yaml`) as Helm 4.2 does. Absolute ones come
 * back as they are, whatever their scheme; to the others, the query of the
 * repository is added, and their own is dropped.
 *
 * @throws RepositoryError `invalid-url`
 * @public
 */
export function resolveChartUrl(repositoryUrl: string, url: string): string {
  const reference = parse(url);
  if (reference.scheme !== '') {
    return url;
  }
  const base = parse(repositoryUrl);
  const owner = reference.host === '' && !reference.user ? base : reference;
  const path =
    owner === base
      ? joinPaths(
          `${withoutSlash(pathOf(repositoryUrl, base))}/`,
          reference.path === '' ? '' : pathOf(url, reference),
        )
      : joinPaths('', pathOf(url, reference));
  const scheme = base.scheme === '' ? '' : `${base.scheme}:`;
  const fragment =
    reference.fragment || (reference.path === '' ? base.fragment : '');
  return [
    scheme,
    authority(owner),
    path,
    base.query === '' ? '' : `?${base.query}`,
    fragment === '' ? '' : `#${escape(fragment, 'fragment')}`,
  ].join('');
}

/**
 * Where the index of a repository is: `index.yaml` below its URL, with the same
 * query.
 *
 * @throws RepositoryError `invalid-url`
 * @public
 */
export function indexUrl(repositoryUrl: string): string {
  return resolveChartUrl(repositoryUrl, 'index.yaml');
}

/**
 * The URL of a repository in the form in which Flux 2.9 compares them: the path
 * ends in one slash, or in none for `oci`.
 *
 * @throws RepositoryError `invalid-url`
 * @public
 */
export function normalizeRepositoryUrl(repositoryUrl: string): string {
  if (repositoryUrl === '') {
    return '';
  }
  const url = parse(repositoryUrl);
  let path = pathOf(repositoryUrl, url);
  while (path.endsWith('/')) {
    path = path.slice(0, -1);
  }
  return [
    url.scheme === '' ? '' : `${url.scheme}:`,
    authority(url),
    url.scheme === 'oci' ? path : `${path}/`,
    url.query === '' ? '' : `?${url.query}`,
    url.fragment === '' ? '' : `#${escape(url.fragment, 'fragment')}`,
  ].join('');
}

function parse(text: string): Url {
  let url: Url;
  try {
    url = parseUrl(text);
  } catch (error) {
    if (error instanceof GoError) {
      // What Go says quotes the URL, which may hold a password.
      throw new RepositoryError('invalid-url', 'the URL cannot be parsed', {
        cause: error,
      });
    }
    throw error;
  }
  return url;
}

function authority({ user, host, scheme }: Url): string {
  if (host === '' && !user) {
    return scheme === '' ? '' : '//';
  }
  return `//${user ? `${userText(user)}@` : ''}${escape(host, 'host')}`;
}

/** What Go allows in a path besides what it would not escape itself. */
const VALID_PATH = /^(?:[\w\-.~!$&'()*+,;=:@/[\]]|%[0-9a-fA-F]{2})*$/;

/** With its escapes, as they were where they are valid. */
function pathOf(text: string, { path }: Url): string {
  if (path === '') {
    return '';
  }
  const bare = text.split(/[?#]/, 1)[0];
  const raw = bare
    .replace(/^[a-zA-Z][a-zA-Z0-9+.-]*:/, '')
    .replace(/^\/\/(?!\/)[^/]*/, '');
  return VALID_PATH.test(raw) && unescape(raw, 'path') === path
    ? raw
    : escape(path, 'path');
}

function withoutSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

/** Section 5.2 of RFC 3986, as Go has it. */
function joinPaths(base: string, path: string): string {
  const full = path.startsWith('/')
    ? path
    : base.slice(0, base.lastIndexOf('/') + 1) + path;
  if (full === '') {
    return '';
  }
  const result: string[] = [];
  const segments = full.split('/');
  for (const segment of segments) {
    if (segment === '..') {
      result.pop();
      if (result.length === 1 && result[0] === '') {
        // At the root again: slashes that follow are not of the path.
        result.pop();
      }
    } else if (segment !== '.') {
      result.push(segment);
    }
  }
  const last = segments[segments.length - 1];
  const closing = last === '.' || last === '..' ? '/' : '';
  const joined = `/${result.join('/')}${closing}`;
  return joined.startsWith('//') ? joined.slice(1) : joined;
}
