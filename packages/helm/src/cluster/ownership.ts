import { mapConcurrent } from '@backstage-gitops/kubernetes-apply';
import type { ClusterClient } from '@backstage-gitops/kubernetes-apply';
import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import type { Release } from '../releases';
import { ActionError } from './ActionError';
import {
  ClusterObject,
  clusterObject,
  hasGeneratedName,
} from './ClusterObject';

const MANAGED_BY = 'app.kubernetes.io/managed-by';
const RELEASE_NAME = 'meta.helm.sh/release-name';
const RELEASE_NAMESPACE = 'meta.helm.sh/release-namespace';

/** @public */
export const RESOURCE_POLICY = 'helm.sh/resource-policy';

type Owner = Pick<Release, 'name' | 'namespace'>;

const CONCURRENT_READS = 8;

/**
 * The objects with the label and annotations that say whose they are.
 *
 * @public
 */
export function withOwner(
  objects: readonly ClusterObject[],
  { name, namespace }: Pick<Release, 'name' | 'namespace'>,
): ClusterObject[] {
  return objects.map(({ object }) => {
    const { labels, annotations } = object.metadata;
    return clusterObject({
      ...object,
      metadata: {
        ...object.metadata,
        labels: { ...labels, [MANAGED_BY]: 'Helm' },
        annotations: {
          ...annotations,
          [RELEASE_NAME]: name,
          [RELEASE_NAMESPACE]: namespace,
        },
      },
    });
  });
}

/** Why an object is not of a release; undefined where it is. */
export function ownershipProblem(
  { metadata }: KubernetesObject,
  { name, namespace }: Owner,
): string | undefined {
  const problems = [
    problemOf('label', metadata.labels, MANAGED_BY, 'Helm'),
    problemOf('annotation', metadata.annotations, RELEASE_NAME, name),
    problemOf('annotation', metadata.annotations, RELEASE_NAMESPACE, namespace),
  ].filter(problem => problem !== undefined);
  return problems.length > 0
    ? `invalid ownership metadata; ${problems.join('; ')}`
    : undefined;
}

/**
 * Those of the objects that exist already. All of them have to be of the
 * release, unless it takes them over.
 *
 * @throws ActionError `not-owned`
 */
export async function existingObjects(
  objects: readonly ClusterObject[],
  options: {
    client: ClusterClient;
    owner: Owner;
    takeOwnership: boolean;
    /** Begins the message: `install`, `update`. */
    action: string;
    signal?: AbortSignal;
  },
): Promise<ClusterObject[]> {
  const { client, owner, takeOwnership, action, signal } = options;
  const named = objects.filter(object => !hasGeneratedName(object));
  const live = await mapConcurrent(named, CONCURRENT_READS, ({ ref }) =>
    client.get<KubernetesObject>(ref, { signal, metadataOnly: true }),
  );
  return named.filter(({ ref }, i) => {
    const problem =
      live[i] && !takeOwnership && ownershipProblem(live[i], owner);
    if (problem) {
      throw new ActionError(
        'not-owned',
        `unable to continue with ${action}: ${describe(ref)} exists and cannot be imported into the current release: ${problem}`,
      );
    }
    return live[i] !== undefined;
  });
}

/** As Helm names an object in such messages. */
function describe({
  kind,
  name,
  namespace = '',
}: ClusterObject['ref']): string {
  return `${kind} "${name}" in namespace "${namespace}"`;
}

function problemOf(
  what: 'label' | 'annotation',
  values: Record<string, string> | undefined,
  key: string,
  wanted: string,
): string | undefined {
  const value = values?.[key];
  if (value === wanted) return undefined;
  return value === undefined
    ? `${what} validation error: missing key "${key}": must be set to "${wanted}"`
    : `${what} validation error: key "${key}" must equal "${wanted}": current value is "${value}"`;
}
