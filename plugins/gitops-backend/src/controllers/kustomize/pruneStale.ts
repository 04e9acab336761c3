import {
  ClusterClient,
  difference,
  prune,
  subjectOf,
} from '@backstage-gitops/kubernetes-apply';
import { Kustomization } from '@backstage-gitops/plugin-gitops-common';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { AppliedManifests } from './applyManifests';
import { ownerLabels } from './ownerLabels';
import { PendingInventory, unionOf } from './PendingInventory';
import { reportChanges } from './reports';

/**
 * Writes the new inventory and deletes what left it. What could not be deleted
 * stays in the inventory for the next run.
 */
export async function pruneStale(options: {
  run: ReconcileRun<Kustomization>;
  client: ClusterClient;
  applied: AppliedManifests;
  pending: PendingInventory;
  revision: string;
}): Promise<{ count: number; error?: Error }> {
  const { run, client, applied, pending, revision } = options;
  const { object, status, id } = run;
  const known = unionOf(
    status.inventory?.entries ?? [],
    await pending.list(id),
  );
  const stale = difference(known, applied.inventory);
  // From here on the object itself names everything, stale objects too.
  status.inventory = { entries: unionOf(applied.inventory, stale) };
  await run.writeStatus();
  await pending.clear(id);
  if (stale.length === 0 || !object.spec.prune) {
    status.inventory = { entries: applied.inventory };
    return { count: 0 };
  }
  const result = await prune({
    client,
    entries: stale,
    ownerLabels: ownerLabels(object),
    signal: run.signal,
    beforeWrite: () => run.claim.assertHeld(),
  });
  status.inventory = {
    entries: unionOf(
      applied.inventory,
      result.failed.map(({ entry }) => entry),
    ),
  };
  await reportChanges(
    run,
    result.deleted.map(({ ref }) => `${subjectOf(ref)} deleted`).join('\n'),
    revision,
  );
  const [failure] = result.failed;
  return {
    count: result.deleted.length,
    error:
      failure &&
      new Error(
        `${subjectOf(failure.ref)} could not be deleted${result.failed.length > 1 ? ` (and ${result.failed.length - 1} more)` : ''}: ${failure.error}`,
      ),
  };
}
