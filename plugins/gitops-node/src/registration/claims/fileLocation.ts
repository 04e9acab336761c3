import { CustomErrorBase } from '@backstage/errors';
import parseGitUrl from 'git-url-parse';

/**
 * A file at a catalog location, by its parts.
 *
 * @public
 */
export interface FileLocation {
  /** Lower case, with port where there is one. */
  host: string;
  /** Full name of the repository, where the address tells it. */
  repository?: string;
  ref?: string;
  /** Path in the repository, without a slash at its start. */
  path?: string;
}

const FILE_HOST = 'file:';

/**
 * An address that cannot be taken apart safely.
 *
 * @public
 */
export class InvalidFileLocationError extends CustomErrorBase {
  readonly name = 'InvalidFileLocationError';
  readonly code = 'GITOPS_INVALID_FILE_LOCATION';
}

/**
 * Takes the address of a file apart: addresses of known Git hosts as Backstage's
 * URL readers do (git-url-parse 15), addresses of `rawHosts` as
 * `/raw/<owner>/<repository>/<ref>/<path>`. Of any other address only the host
 * is known.
 *
 * @throws {@link InvalidFileLocationError} for addresses that are not http(s),
 * and for those with encoded slashes or dots, which a server might read
 * differently than we do
 * @public
 */
export function parseFileLocation(
  address: string,
  options: { rawHosts?: readonly string[] } = {},
): FileLocation {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new InvalidFileLocationError('the location is not a URL');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new InvalidFileLocationError(
      `the location is of scheme '${url.protocol.slice(0, -1)}'; expected https or http`,
    );
  }
  if (/%2f|%5c|%00|%2e|\\/i.test(address.replace(/[?#].*$/s, ''))) {
    throw new InvalidFileLocationError(
      'the path of the location has encoded slashes, dots or null characters',
    );
  }
  const host = url.host.toLowerCase();
  if (options.rawHosts?.includes(host)) {
    return parseRaw(url, host);
  }
  url.username = '';
  url.password = '';
  const git = parseGitUrl(url.href);
  if (!git.ref || !git.filepath || !git.full_name) {
    return { host };
  }
  return {
    host,
    repository: git.full_name,
    ref: git.ref,
    path: checkPath(decode(git.filepath).replace(/^\/+/, '')),
  };
}

function checkPath(path: string): string {
  if (path.split('/').some(part => part === '..' || part === '.')) {
    throw new InvalidFileLocationError(
      'the path of the location has . or .. in it',
    );
  }
  return path;
}

/**
 * As {@link parseFileLocation}, of a catalog location. Files on the backend's
 * own disk have the host `file:`, which no address has.
 *
 * @throws {@link InvalidFileLocationError}
 * @public
 */
export function fileLocationOf(
  location: { type: string; target: string },
  options: { rawHosts?: readonly string[] } = {},
): FileLocation {
  switch (location.type) {
    case 'url':
      return parseFileLocation(location.target, options);
    case 'file':
      return { host: FILE_HOST };
    default:
      throw new InvalidFileLocationError(
        `the location is of type '${location.type}'; manifests are taken from url locations`,
      );
  }
}

function parseRaw(url: URL, host: string): FileLocation {
  const [, raw, owner, name, ref, ...path] = url.pathname
    .split('/')
    .map(decode);
  if (raw !== 'raw' || !ref || path.length === 0 || url.search) {
    return { host };
  }
  return {
    host,
    repository: `${owner}/${name}`,
    ref,
    path: checkPath(path.join('/')),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new InvalidFileLocationError(
      'the path of the location has a broken escape',
    );
  }
}
