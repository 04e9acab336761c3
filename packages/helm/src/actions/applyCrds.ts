import { KubernetesApiError } from '@backstage-gitops/kubernetes-apply';
import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import type { Chart } from '../charts';
import { ActionError } from '../cluster/ActionError';
import {
  clusterObject,
  ClusterObject,
  readClusterObjects,
} from '../cluster/ClusterObject';
import { waitUntilReady } from '../cluster/waitForObjects';
import { createObjects, updateObjects } from '../cluster/writeObjects';
import type { ReleaseContext } from './ReleaseContext';

/**
 * What becomes of the definitions of a chart: `Create` makes those that are missing,
 * `CreateReplace` changes the others, too; they are never deleted.
 *
 * @public
 */
export type CrdPolicy = 'Skip' | 'Create' | 'CreateReplace';

/** Until a definition is established (Helm 4.2). */
const TIMEOUT_MS = 60_000;

/**
 * Brings the definitions in `crds/` of a chart, and of the charts in it, to the
 * cluster, and waits until they are served. Gives those that were written.
 *
 * @throws ActionError
 * @public
 */
export async function applyCrds(
  context: ReleaseContext,
  options: {
    crds: Chart['crds'];
    policy: CrdPolicy;
    namespace: string;
    serverSide: boolean;
    forceConflicts?: boolean;
    /** Changes what is applied; what it gives nothing for is left out. */
    transform?: (object: KubernetesObject) => KubernetesObject | undefined;
  },
): Promise<readonly ClusterObject[]> {
  const { crds, policy, namespace, serverSide, forceConflicts } = options;
  const { transform = object => object } = options;
  const { client, clock, fieldManager, signal } = context;
  if (policy === 'Skip') return [];
  const settings = { client, fieldManager, serverSide, signal };
  const written: ClusterObject[] = [];
  for (const { path, file } of crds) {
    const all = await readClusterObjects(new TextDecoder().decode(file.data), {
      client,
      namespace,
      of: path,
    });
    const objects = all.flatMap(({ object }) => {
      const transformed = transform(object);
      return transformed ? [clusterObject(transformed)] : [];
    });
    for (const object of objects) {
      const live = await client.get(object.ref, { metadataOnly: true, signal });
      if (live && policy === 'Create') continue;
      context.onProgress?.(`applying the definition ${object.ref.name}`);
      try {
        await (live
          ? updateObjects([], [object], { ...settings, forceConflicts })
          : createObjects([object], settings));
      } catch (error) {
        if (isAlreadyThere(error)) continue;
        throw new ActionError(
          'apply-failed',
          `the definition ${object.ref.name} of ${path} could not be applied: ${(error as Error).message}`,
          { cause: error },
        );
      }
      written.push(object);
    }
  }
  await waitUntilReady(written, {
    ...{ client, clock, signal, timeoutMs: TIMEOUT_MS },
  });
  return written;
}

/** Somebody else was quicker. */
function isAlreadyThere(error: unknown): boolean {
  const cause = (error as Error).cause ?? error;
  return cause instanceof KubernetesApiError && cause.code === 'already-exists';
}
