import {
  difference,
  refOfEntry,
  subjectOf,
} from '@backstage-gitops/kubernetes-apply';
import {
  Kustomization,
  Reason,
  ResourceRef,
} from '@backstage-gitops/plugin-gitops-common';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { AppliedManifests } from './applyManifests';
import { DeliveryTarget } from './DeliveryTargets';
import { DriftWatches } from './DriftWatches';
import { knownInventory } from './knownInventory';
import { PendingInventory, unionOf } from './PendingInventory';
import { describeTerminating, pruneChildrenFirst } from './pruneChildrenFirst';
import { PruneHolds } from './PruneHolds';
import { reportChanges } from './reports';

/** What became of a prune. */
export interface Pruned {
  count: number;
  error?: Error;
  /** Deliveries have to finish before the rest can go; they are being deleted. */
  isUnfinished?: boolean;
}

/**
 * Writes the new inventory and deletes what left it, unless that is held for
 * approval. What could not or may not be deleted stays in the inventory for the
 * next run.
 */
export async function pruneStale(options: {
  run: ReconcileRun<Kustomization>;
  target: DeliveryTarget;
  applied: AppliedManifests;
  /** Not applied, and yet wanted: they stay in the inventory if they are there. */
  leftOut: readonly ResourceRef[];
  pending: PendingInventory;
  holds: PruneHolds;
  drift?: Pick<DriftWatches, 'expectDeletion'>;
  revision: string;
}): Promise<Pruned> {
  const { run, target, pending, holds, drift, revision } = options;
  const { object, status } = run;
  const known = await knownInventory(run, pending);
  const leftOut = new Set(options.leftOut.map(({ id }) => id));
  const inventory = unionOf(
    options.applied.inventory,
    known.filter(({ id }) => leftOut.has(id)),
  );
  const stale = difference(known, inventory);
  // Without what this very apply added: it must not make the stale part look small.
  const before = unionOf(status.inventory?.entries ?? [], stale);
  const hasWrittenAhead =
    known.length > (status.inventory?.entries.length ?? 0) ||
    options.applied.changes.entries.some(({ action }) => isWrite(action));
  if (hasWrittenAhead || stale.length > 0) {
    // Until the status is written, what was written ahead names the rest.
    run.afterStatus(() => pending.clear(run.claim));
  }
  if (stale.length === 0 || !object.spec.prune) {
    status.inventory = { entries: inventory };
    await holds.release(run);
    return { count: 0 };
  }
  // From here on the object itself names everything, stale objects too.
  status.inventory = { entries: unionOf(inventory, stale) };
  await run.writeStatus();
  const decision = await holds.decide(run, {
    known: before,
    current: inventory,
    target,
  });
  if (decision.held) {
    return { count: 0 };
  }
  if (!object.spec.kubeConfig) {
    for (const entry of stale) {
      drift?.expectDeletion(run.home, refOfEntry(entry));
    }
  }
  const result = await pruneChildrenFirst(run, target.client, stale);
  const unfinished = new Set(result.unfinished.map(({ ref }) => ref));
  const remaining = [
    ...result.postponed,
    ...result.deleted
      .filter(({ ref }) => unfinished.has(ref))
      .map(({ entry }) => entry),
    ...result.failed.map(({ entry }) => entry),
  ];
  if (decision.approved) {
    await holds.settleApproval(run, remaining);
  }
  status.inventory = { entries: unionOf(inventory, remaining) };
  if (result.isNews) {
    await reportChanges(
      run,
      result.deleted.map(({ ref }) => `${subjectOf(ref)} deleted`).join('\n'),
      revision,
    );
  }
  const [failure] = result.failed;
  if (failure) {
    return {
      count: result.deleted.length,
      error: new Error(
        `${subjectOf(failure.ref)} could not be deleted${result.failed.length > 1 ? ` (and ${result.failed.length - 1} more)` : ''}: ${failure.error}`,
      ),
    };
  }
  if (result.unfinished.length > 0) {
    run.conditions.markReconciling(
      Reason.Progressing,
      `Waiting for deliveries to finish before ${result.postponed.length} more objects are pruned: ${describeTerminating(result.unfinished)}`,
    );
  }
  return {
    count: result.deleted.length,
    isUnfinished: result.unfinished.length > 0,
  };
}

function isWrite(action: string): boolean {
  return action === 'created' || action === 'configured';
}
