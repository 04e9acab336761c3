import {
  ClusterClient,
  inventoryEntryOf,
  judgePrune,
  planObjects,
  PlannedChange,
  refOfEntry,
  subjectOf,
} from '@backstage-gitops/kubernetes-apply';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  ConditionType,
  FieldManager,
  Kustomization,
} from '@backstage-gitops/plugin-gitops-common';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { ownInventoryId } from './knownInventory';
import { ownerLabels } from './ownerLabels';

/** Says what a delivery would do, and does none of it. */
export async function reportPlan(
  run: ReconcileRun<Kustomization>,
  client: ClusterClient,
  objects: readonly KubernetesObject[],
  revision: string,
): Promise<void> {
  const plan = await planDelivery(run, client, objects);
  run.status.observedGeneration = run.generation;
  run.status.lastAttemptedRevision = revision;
  await run.report({
    condition: { type: ConditionType.Ready, status: 'Unknown' },
    event: 'Normal',
    reason: 'Planned',
    message: `Plan for revision ${revision}: ${plan}`,
    revision,
  });
}

/**
 * What a delivery would do, found by the same dry runs that an apply makes, as a
 * sentence and a line for each object that would change or fail.
 */
async function planDelivery(
  run: ReconcileRun<Kustomization>,
  client: ClusterClient,
  objects: readonly KubernetesObject[],
): Promise<string> {
  const { spec, status } = run.object;
  const changes = await planObjects({
    client,
    objects,
    fieldManager: FieldManager.kustomize,
    ownerLabels: ownerLabels(run.object),
    commonMetadata: spec.commonMetadata,
    defaultNamespace: run.namespace,
    force: spec.force,
    ignore: spec.ignore,
    signal: run.signal,
  });
  const { stale, verdict, message } = judgePrune({
    old: spec.prune ? (status?.inventory?.entries ?? []) : [],
    current: changes.map(({ ref }) => inventoryEntryOf(ref)),
    bounds: run.home.pruneBounds,
    owner: ownInventoryId(run),
  });
  const failed = changes.filter(({ failure }) => failure);
  const count = (action: PlannedChange['action']) =>
    changes.filter(change => change.action === action && !change.failure)
      .length;
  const summary = [
    `${count('created')} to create`,
    `${count('configured')} to change`,
    `${stale.length} to delete`,
    `${count('unchanged')} unchanged`,
    ...(failed.length > 0 ? [`${failed.length} would fail`] : []),
  ].join(', ');
  const lines = [
    ...(verdict === 'held'
      ? [`the prune would be held for approval: ${message}`]
      : []),
    ...failed.map(({ failure }) => failure!.message),
    ...changes
      .filter(
        ({ action, failure }) =>
          !failure && (action === 'created' || action === 'configured'),
      )
      .map(({ ref, action }) => `${subjectOf(ref)} would be ${action}`),
    ...stale.map(entry => `${subjectOf(refOfEntry(entry))} would be deleted`),
  ];
  return [summary, ...lines].join('\n');
}
