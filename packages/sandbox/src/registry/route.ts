import type { IncomingMessage } from 'node:http';
import type { RegistryRequest } from './faults';
import { RegistryFailure } from './registryError';

/** What the address of a request says. */
export interface Route {
  operation: RegistryRequest['operation'];
  repository?: string;
  /** Tag or digest; the id of an upload. */
  reference?: string;
  query: URLSearchParams;
}

const NAME =
  /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/;

/** @throws RegistryFailure where the name of the repository is none */
export function parseRoute({ url = '/' }: IncomingMessage): Route {
  const { pathname, searchParams: query } = new URL(url, 'http://registry');
  if (pathname === '/token') return { operation: 'token', query };
  if (pathname === '/v2/' || pathname === '/v2') {
    return { operation: 'ping', query };
  }
  if (pathname === '/v2/_catalog') return { operation: 'catalog', query };
  const match =
    /^\/v2\/(.+)\/(blobs\/uploads|blobs|manifests|tags|referrers)\/([^/]*)$/.exec(
      decodeURI(pathname),
    );
  if (!match) return { operation: 'other', query };
  const [, repository, what, reference] = match;
  if (!NAME.test(repository) || repository.length > 255) {
    throw new RegistryFailure('NAME_INVALID', 'invalid repository name');
  }
  const operation = (
    {
      'blobs/uploads': 'upload',
      blobs: 'blob',
      manifests: 'manifest',
      tags: 'tags',
      referrers: 'referrers',
    } as const
  )[what]!;
  return { operation, repository, reference, query };
}
