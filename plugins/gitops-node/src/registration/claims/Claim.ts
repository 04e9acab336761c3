import { Config, readDurationFromConfig } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { durationToMilliseconds } from '@backstage/types';

/**
 * Which files a claim is about: all that is given must match.
 *
 * @public
 */
export interface LocationMatch {
  /** Host, lower case, with its port where the address has one. */
  host: string;
  /** Full name, such as `team/repository`; exact, also in case. */
  repository?: string;
  /** The exact branch, tag or commit. */
  ref?: string;
  /** Folder or file in the repository, without slashes at its ends. */
  pathPrefix?: string;
}

/**
 * An entry of `gitops.claims`: what files of some locations may deliver.
 *
 * @public
 */
export interface Claim {
  location: LocationMatch;
  home: string;
  namespaces: string[];
  /** ServiceAccount in the namespace of the object. */
  serviceAccount?: string;
  /**
   * Entity reference of the owner of the objects. It narrows the claim: an object
   * that names another owner is not admitted.
   */
  owner?: string;
  /**
   * Hosts that sources may be fetched from. Where it is left out, any host, and
   * with a Secret of the namespace that of the claim's own location alone.
   */
  sourceHosts?: string[];
  /** Whether deliveries may go to other clusters, by `spec.kubeConfig`. */
  allowKubeConfig?: boolean;
  /**
   * How long after its registration vanished an object is deleted, in
   * milliseconds; it stays, where this is left out.
   */
  deleteAfterMs?: number;
}

/**
 * Reads `gitops.claims`.
 *
 * @throws InputError that names the key
 * @public
 */
export function readClaims(root: Config): Claim[] {
  return (root.getOptionalConfigArray('gitops.claims') ?? []).map(
    (config, i) => {
      const key = `gitops.claims[${i}]`;
      const location = config.getConfig('location');
      const namespaces = config.getStringArray('namespaces');
      if (namespaces.length === 0) {
        throw new InputError(
          `${key}.namespaces is empty; name the namespaces that the claim is for`,
        );
      }
      return {
        location: readMatch(location, key),
        home: config.getString('home'),
        namespaces,
        serviceAccount: config.getOptionalString('serviceAccount'),
        owner: config.getOptionalString('owner'),
        sourceHosts: config
          .getOptionalStringArray('sourceHosts')
          ?.map(host => host.toLowerCase()),
        allowKubeConfig: config.getOptionalBoolean('allowKubeConfig'),
        deleteAfterMs: config.has('deleteAfter')
          ? durationToMilliseconds(
              readDurationFromConfig(config, { key: 'deleteAfter' }),
            )
          : undefined,
      };
    },
  );
}

function readMatch(config: Config, key: string): LocationMatch {
  const host = config.getString('host').toLowerCase();
  if (/[/@?#]/.test(host)) {
    throw new InputError(
      `${key}.location.host is '${host}'; it must be a host such as git.example.com or git.example.com:8443, without scheme and path`,
    );
  }
  const match: LocationMatch = {
    host,
    repository: config.getOptionalString('repository'),
    ref: config.getOptionalString('ref'),
    pathPrefix: config
      .getOptionalString('pathPrefix')
      ?.replace(/^\.?\/+|\/+$/g, ''),
  };
  if (!match.repository && (match.ref || match.pathPrefix)) {
    throw new InputError(
      `${key}.location has ref or pathPrefix, but no repository that they belong to`,
    );
  }
  return match;
}
