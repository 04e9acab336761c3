import { hash } from 'node:crypto';

/**
 * The revision of a repository in Flux 2.9: `sha256:` and the digest in hex of
 * the index as it was fetched, before anything is made of it.
 *
 * @public
 */
export function indexRevision(bytes: Uint8Array): string {
  return `sha256:${hash('sha256', bytes)}`;
}
