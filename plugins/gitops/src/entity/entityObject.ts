import {
  DEFAULT_NAMESPACE,
  Entity,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import type {
  ObjectKey,
  ObjectWarning,
} from '@backstage-gitops/plugin-gitops-common';

/** Set by the catalog module on entities that stand for GitOps objects. */
const HOME = 'backstage-gitops.io/home';
/** On entities that were published for an object; their names may be hashes. */
const OBJECT_NAME = 'backstage-gitops.io/object-name';
const FINDINGS = 'backstage-gitops.io/manifest-findings';

const FLUX_GROUP =
  /^(?:(?:source|kustomize|helm|image|notification)\.toolkit|source\.extensions)\.fluxcd\.io\//;

/** By these a Component tells what belongs to it in a cluster. */
const WORKLOAD_ANNOTATIONS = [
  'backstage.io/kubernetes-id',
  'backstage.io/kubernetes-label-selector',
];

/** Whether an entity stands for a GitOps object. */
export function isGitopsObjectEntity(entity: Entity): boolean {
  return FLUX_GROUP.test(entity.apiVersion);
}

/**
 * Whether the tab has something to say: on Components, on entities of Flux's
 * kinds, and on the Locations that bring these in.
 *
 * @public
 */
export function isGitopsAvailable(entity: Entity): boolean {
  return (
    isGitopsObjectEntity(entity) ||
    isLocationEntity(entity) ||
    entity.kind.toLowerCase() === 'component'
  );
}

/**
 * Whether the card has something to say: like {@link isGitopsAvailable}, but
 * only on Components that say what belongs to them in a cluster.
 *
 * @public
 */
export function isGitopsCardAvailable(entity: Entity): boolean {
  return (
    isGitopsObjectEntity(entity) ||
    (entity.kind.toLowerCase() === 'component' &&
      WORKLOAD_ANNOTATIONS.some(name => entity.metadata.annotations?.[name]))
  );
}

/** Whether an entity is a Location of the catalog. */
export function isLocationEntity({ apiVersion, kind }: Entity): boolean {
  return (
    kind.toLowerCase() === 'location' && apiVersion.startsWith('backstage.io/')
  );
}

/** The location references of the files that a Location names. */
export function locationsOf({ spec = {} }: Entity): string[] {
  const type = typeof spec.type === 'string' ? spec.type : 'url';
  return [spec.target, ...(Array.isArray(spec.targets) ? spec.targets : [])]
    .filter((target): target is string => typeof target === 'string')
    .map(target => `${type}:${target}`);
}

/** The reference by which the API is asked for what belongs to an entity. */
export function entityRefOf(entity: Entity): string {
  return stringifyEntityRef(entity).toLowerCase();
}

/**
 * The object that an entity stands for. One that was published names it; of one
 * that was registered, in homes that are not bare, the name has the home behind
 * an underscore, which no Kubernetes name holds.
 */
export function objectKeyOfEntity(entity: Entity): ObjectKey | undefined {
  const home = entity.metadata.annotations?.[HOME];
  if (!home || !isGitopsObjectEntity(entity)) return undefined;
  const { name, namespace = DEFAULT_NAMESPACE } = entity.metadata;
  const suffix = `_${home}`;
  return {
    home,
    kind: entity.kind,
    namespace,
    name:
      entity.metadata.annotations?.[OBJECT_NAME] ??
      (name.endsWith(suffix) ? name.slice(0, -suffix.length) : name),
  };
}

/** What the catalog found in the registered file. */
export function findingsOf(entity: Entity): ObjectWarning[] {
  const text = entity.metadata.annotations?.[FINDINGS];
  if (!text || !isGitopsObjectEntity(entity)) return [];
  try {
    const findings: unknown = JSON.parse(text);
    return Array.isArray(findings) ? findings.flatMap(warningOf) : [];
  } catch {
    return [];
  }
}

function warningOf(finding: unknown): ObjectWarning[] {
  if (typeof finding !== 'object' || finding === null) return [];
  const { code, severity, message } = finding as Record<string, unknown>;
  if (typeof code !== 'string' || typeof message !== 'string') return [];
  return [
    {
      code,
      message,
      severity: severity === 'error' ? 'error' : 'warning',
      from: 'catalog',
    },
  ];
}
