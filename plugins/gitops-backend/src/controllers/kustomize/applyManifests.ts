import {
  applyObjects,
  ChangeSet,
  ClusterClient,
  inventoryOf,
  ObjectRef,
} from '@backstage-gitops/kubernetes-apply';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  FieldManager,
  Kustomization,
  ResourceRef,
} from '@backstage-gitops/plugin-gitops-common';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { ownerLabels } from './ownerLabels';
import { pendingOwnerOf } from './knownInventory';
import { PendingInventory } from './PendingInventory';

/** What an apply left in the cluster. */
export interface AppliedManifests {
  changes: ChangeSet;
  /** In the order of the apply, skipped objects too (as Flux). */
  inventory: ResourceRef[];
  /** Objects whose health `spec.wait` is about: all but the skipped ones. */
  targets: ObjectRef[];
}

/**
 * Applies the objects of a delivery. What a stage is about to create is written
 * to the plugin database before it, and each write checks that the claim holds.
 *
 * @throws ApplyError with what was applied before
 */
export async function applyManifests(options: {
  run: ReconcileRun<Kustomization>;
  client: ClusterClient;
  objects: readonly KubernetesObject[];
  pending: PendingInventory;
}): Promise<AppliedManifests> {
  const { run, pending } = options;
  const { spec } = run.object;
  const changes = await applyObjects({
    client: options.client,
    objects: options.objects,
    fieldManager: FieldManager.kustomize,
    ownerLabels: ownerLabels(run.object),
    commonMetadata: spec.commonMetadata,
    defaultNamespace: run.namespace,
    force: spec.force,
    ignore: spec.ignore,
    signal: run.signal,
    onStage: entries => pending.add(pendingOwnerOf(run), entries, run.claim),
    beforeWrite: () => run.claim.assertHeld(),
  });
  return {
    changes,
    inventory: inventoryOf(changes),
    targets: changes.entries
      .filter(({ action }) => action !== 'skipped')
      .map(({ ref }) => ref),
  };
}
