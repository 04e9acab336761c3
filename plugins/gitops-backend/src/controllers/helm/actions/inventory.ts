import { processDependencies, Release, Values } from '@backstage-gitops/helm';
import {
  ClusterClient,
  inventoryEntryOf,
  UnknownKindError,
} from '@backstage-gitops/kubernetes-apply';
import {
  isJsonObject,
  KubernetesObject,
  parseManifests,
} from '@backstage-gitops/kubernetes-yaml';
import { ResourceInventory } from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { ReleaseRequest } from '../loop/ReleaseRequest';

/**
 * Writes to the status what a revision consists of: the objects of its manifest and
 * the definitions of its chart (Flux 2.9). What cannot be told fails nothing.
 */
export async function recordInventory(
  request: ReleaseRequest,
  release: Release,
): Promise<void> {
  const { run, client, values, signal } = request;
  try {
    const crds = await chartDefinitions(request, values);
    run.status.inventory = await inventoryOf(client, release, crds);
  } catch (error) {
    assertError(error);
    signal.throwIfAborted();
    await run.report({
      event: 'Warning',
      reason: 'InventoryBuildFailed',
      message: `failed to build inventory for ${run.namespace}/${run.name}: ${error.message}`,
    });
  }
}

async function chartDefinitions(
  { renderer, chart, signal }: ReleaseRequest,
  values: Values,
): Promise<KubernetesObject[]> {
  const loaded = await renderer.chartOf(chart, signal);
  return processDependencies(loaded, values).crds.flatMap(({ file }) =>
    objectsIn(new TextDecoder().decode(file.data)),
  );
}

async function inventoryOf(
  client: Pick<ClusterClient, 'resourceOf'>,
  { manifest, namespace }: Release,
  crds: readonly KubernetesObject[],
): Promise<ResourceInventory> {
  const entries = [];
  for (const { apiVersion, kind, metadata } of objectsIn(manifest)) {
    const isNamespaced =
      metadata.namespace || (await isNamespacedKind(client, apiVersion, kind));
    entries.push(
      inventoryEntryOf({
        ...{ apiVersion, kind, name: metadata.name },
        ...(isNamespaced && { namespace: metadata.namespace || namespace }),
      }),
    );
  }
  for (const { apiVersion, kind, metadata } of crds) {
    entries.push(inventoryEntryOf({ apiVersion, kind, name: metadata.name }));
  }
  return { entries };
}

async function isNamespacedKind(
  client: Pick<ClusterClient, 'resourceOf'>,
  apiVersion: string,
  kind: string,
): Promise<boolean> {
  try {
    return (await client.resourceOf(apiVersion, kind)).namespaced;
  } catch (error) {
    if (error instanceof UnknownKindError) {
      return false;
    }
    throw error;
  }
}

function objectsIn(text: string): KubernetesObject[] {
  return parseManifests(text).filter(isJsonObject) as KubernetesObject[];
}
