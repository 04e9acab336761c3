import { fullEntityRef, Claim } from '@backstage-gitops/plugin-gitops-node';
import {
  GitopsAnnotation,
  GitopsObject,
  JsonObject,
} from '@backstage-gitops/plugin-gitops-common';
import { DeliveryError } from './DeliveryError';
import { RegistrationCode } from './Registration';

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
  Provider: 'address',
};

/** By these a source names Secrets of its namespace, which then go to its host. */
const SECRETS = ['secretRef', 'certSecretRef', 'proxySecretRef'] as const;

/**
 * Holds an object to its claim: what it delivers is applied as the claim's
 * ServiceAccount and stays in its home, what it fetches comes from the claim's
 * hosts, and its owner is that of the claim.
 *
 * @throws {@link DeliveryError} where the object asks for another
 */
export function limitToClaim(object: GitopsObject, claim: Claim): GitopsObject {
  const spec = object.spec as JsonObject;
  checkSourceHost(object.kind, spec, claim);
  if (spec.kubeConfig !== undefined && !claim.allowKubeConfig) {
    throw refused(
      'KubeConfigNotClaimed',
      'spec.kubeConfig: this file may not deliver to another cluster; its claim has to allow it (allowKubeConfig)',
    );
  }
  return withServiceAccount(withOwner(object, claim.owner), claim);
}

/**
 * A Secret of the namespace goes to nobody but the hosts that the claim names:
 * else whoever may register a file could send it to a host of their own.
 */
function checkSourceHost(kind: string, spec: JsonObject, claim: Claim): void {
  const field = ADDRESS[kind];
  // Only providers may leave it out: their Secret has it then.
  if (!field || spec[field] === undefined) {
    return;
  }
  const secrets = SECRETS.filter(name => spec[name] !== undefined);
  const hosts =
    claim.sourceHosts ??
    (secrets.length > 0 ? [claim.location.host] : undefined);
  const host = hostOf(kind, spec[field]);
  if (!hosts || (host && hosts.includes(host))) {
    return;
  }
  const why = host
    ? `the host '${host}' is`
    : 'its host cannot be told, so it is';
  const what =
    secrets.length > 0
      ? `those that this file may send a Secret to (spec.${secrets.join(', spec.')})`
      : 'those that this file may fetch from';
  throw refused(
    'SourceHostNotClaimed',
    `spec.${field}: ${why} not among ${what}: ${hosts.map(name => `'${name}'`).join(', ')}`,
  );
}

function withOwner(object: GitopsObject, owner?: string): GitopsObject {
  const { annotations } = object.metadata;
  const named = annotations?.[GitopsAnnotation.owner];
  if (!owner) {
    return object;
  }
  if (named && fullRef(named) !== fullRef(owner)) {
    throw refused(
      'OwnerNotClaimed',
      `metadata.annotations: the owner ${JSON.stringify(named)} is not that of the claim about this file; leave the annotation out, or name '${owner}'`,
    );
  }
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { ...annotations, [GitopsAnnotation.owner]: owner },
    },
  };
}

function withServiceAccount(object: GitopsObject, claim: Claim): GitopsObject {
  const spec = object.spec as JsonObject;
  if (!claim.serviceAccount || !DELIVERING.has(object.kind)) {
    return object;
  }
  const { serviceAccountName } = spec;
  if (serviceAccountName && serviceAccountName !== claim.serviceAccount) {
    throw refused(
      'ServiceAccountNotClaimed',
      `spec.serviceAccountName: ${JSON.stringify(serviceAccountName)} is not the ServiceAccount that this file may deliver as; leave it out, or name '${claim.serviceAccount}'`,
    );
  }
  return {
    ...object,
    spec: { ...spec, serviceAccountName: claim.serviceAccount },
  };
}

function refused(code: RegistrationCode, message: string): DeliveryError {
  return new DeliveryError({ state: 'Rejected', code, message });
}

function fullRef(text: string): string {
  return fullEntityRef(text, 'group') ?? text;
}

/** The host that an object would fetch from, where its kind does. */
export function sourceHostOf({ kind, spec }: GitopsObject): string | undefined {
  const field = ADDRESS[kind];
  return field && hostOf(kind, (spec as JsonObject)[field]);
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
