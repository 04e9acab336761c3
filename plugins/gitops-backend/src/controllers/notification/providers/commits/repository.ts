import { NotificationError } from '@backstage-gitops/plugin-gitops-node';

/** A repository, as the address of a Provider names it. */
export interface Repository {
  /** `https://host[:port]`, or http where the address has it. */
  origin: string;
  /** Without a slash at its ends, and without `.git`. */
  path: string;
  segments: readonly string[];
}

/**
 * Reads an address of https, ssh or `user@host:path`.
 *
 * @throws NotificationError
 */
export function repositoryOf(address: string): Repository {
  const scp = /^(?:[^@/:]+@)?([^@/:]+):(?!\/\/)(.+)$/.exec(address);
  const text = scp ? `ssh://${scp[1]}/${scp[2].replace(/^\/+/, '')}` : address;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^(https?|ssh):$/.test(url.protocol) || !url.hostname) {
    throw new NotificationError(
      'NOTIFICATION_MISCONFIGURED',
      'the address of the Provider is none of a repository; set spec.address to that of the repository, as it is cloned',
    );
  }
  const scheme = url.protocol === 'ssh:' ? 'https:' : url.protocol;
  const path = decodeURIComponent(url.pathname)
    .replace(/^\/+|\/+$/g, '')
    .replace(/\.git$/, '');
  return {
    origin: `${scheme}//${url.protocol === 'ssh:' ? url.hostname : url.host}`,
    path,
    segments: path.split('/'),
  };
}

/**
 * Owner and name, for hosts that have no more than that.
 *
 * @throws NotificationError
 */
export function ownerAndName({
  segments,
}: Repository): readonly [string, string] {
  const [owner, name, ...more] = segments;
  if (!owner || !name || more.length > 0) {
    throw new NotificationError(
      'NOTIFICATION_MISCONFIGURED',
      'the address of the Provider does not end with <owner>/<repository>; correct spec.address',
    );
  }
  return [owner, name];
}
