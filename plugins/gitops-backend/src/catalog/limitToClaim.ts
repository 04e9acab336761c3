import { Claim } from '@backstage-gitops/plugin-gitops-node';
import {
  GitopsAnnotation,
  GitopsObject,
  JsonObject,
} from '@backstage-gitops/plugin-gitops-common';
import { DeliveryError } from './DeliveryError';

/** Kinds whose deliveries act as a ServiceAccount. */
const DELIVERING: ReadonlySet<string> = new Set([
  'Kustomization',
  'HelmRelease',
]);

/** Where the address of a kind's content stands. */
const ADDRESS: Readonly<Record<string, string>> = {
  GitRepository: 'url',
  OCIRepository: 'url',
  HelmRepository: 'url',
  Bucket: 'endpoint',
  ImageRepository: 'image',
};

/**
 * Holds an object to its claim: what it delivers is applied as the claim's
 * ServiceAccount, and what it fetches comes from the claim's hosts. The owner of
 * the claim is that of an object which names none.
 *
 * @throws {@link DeliveryError} where the object asks for another
 */
export function limitToClaim(object: GitopsObject, claim: Claim): GitopsObject {
  const spec = object.spec as JsonObject;
  if (claim.sourceHosts) {
    const field = ADDRESS[object.kind];
    const host = field && hostOf(object.kind, spec[field]);
    if (field && !(host && claim.sourceHosts.includes(host))) {
      throw new DeliveryError({
        state: 'Rejected',
        code: 'SourceHostNotClaimed',
        message: `spec.${field}: ${
          host ? `the host '${host}' is` : 'its host cannot be told, so it is'
        } not among those that this file may fetch from: ${claim.sourceHosts
          .map(name => `'${name}'`)
          .join(', ')}`,
      });
    }
  }
  const owned = withOwner(object, claim.owner);
  if (!claim.serviceAccount || !DELIVERING.has(object.kind)) {
    return owned;
  }
  const { serviceAccountName } = spec;
  if (serviceAccountName && serviceAccountName !== claim.serviceAccount) {
    throw new DeliveryError({
      state: 'Rejected',
      code: 'ServiceAccountNotClaimed',
      message: `spec.serviceAccountName: ${JSON.stringify(serviceAccountName)} is not the ServiceAccount that this file may deliver as; leave it out, or name '${claim.serviceAccount}'`,
    });
  }
  return {
    ...owned,
    spec: { ...spec, serviceAccountName: claim.serviceAccount },
  };
}

function withOwner(object: GitopsObject, owner?: string): GitopsObject {
  const { annotations } = object.metadata;
  if (!owner || annotations?.[GitopsAnnotation.owner]) {
    return object;
  }
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { ...annotations, [GitopsAnnotation.owner]: owner },
    },
  };
}

function hostOf(kind: string, address: unknown): string | undefined {
  if (typeof address !== 'string') {
    return undefined;
  }
  // scp-like addresses, such as git@github.com:team/repository.git
  const scp = /^[^/@:]+@([^/:]+):(?!\/\/)/.exec(address);
  if (scp) {
    return scp[1].toLowerCase();
  }
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(address);
  if (kind === 'ImageRepository' && !hasScheme) {
    const [first, ...rest] = address.split('/');
    const isHost = rest.length > 0 && /[.:]|^localhost$/.test(first);
    return isHost ? first.toLowerCase() : 'docker.io';
  }
  try {
    return (
      new URL(hasScheme ? address : `https://${address}`).host.toLowerCase() ||
      undefined
    );
  } catch {
    return undefined;
  }
}
