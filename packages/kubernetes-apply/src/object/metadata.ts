import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import type { ObjectRef } from '../client/ClusterClient';

/**
 * The reference that names an object.
 *
 * @public
 */
export function refOf(object: KubernetesObject): ObjectRef {
  const { namespace, name } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    ...(namespace ? { namespace } : {}),
    name,
  };
}

/** The API group of an apiVersion; empty for the core group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
}

/** True for core Secrets. */
export function isSecret(object: {
  apiVersion: string;
  kind: string;
}): boolean {
  return object.kind === 'Secret' && groupOf(object.apiVersion) === '';
}

/**
 * Prefix of Flux's per-object settings
 * (kustomize-controller 1.x, `docs/spec/v1/kustomizations.md`).
 */
const PREFIX = 'kustomize.toolkit.fluxcd.io/';

type WithMetadata = Pick<KubernetesObject, 'metadata'>;

/** True where a label or annotation has this value; case does not matter. */
export function hasSetting(
  object: WithMetadata | undefined,
  name: 'prune' | 'reconcile' | 'ssa' | 'force',
  value: string,
): boolean {
  const { annotations, labels } = object?.metadata ?? {};
  return [annotations, labels].some(map => {
    const found =
      map && Object.hasOwn(map, PREFIX + name) ? map[PREFIX + name] : undefined;
    return (
      typeof found === 'string' && found.toLowerCase() === value.toLowerCase()
    );
  });
}

/** True where the object carries all of these labels. */
export function hasLabels(
  object: WithMetadata,
  labels: Readonly<Record<string, string>>,
): boolean {
  const present = object.metadata.labels ?? {};
  return Object.entries(labels).every(
    ([key, value]) => Object.hasOwn(present, key) && present[key] === value,
  );
}
