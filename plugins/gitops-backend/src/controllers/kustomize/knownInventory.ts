import {
  ApplyFailure,
  ChangeSet,
  formatInventoryId,
  inventoryOf,
  KubernetesApiError,
  refOfEntry,
  subjectOf,
} from '@backstage-gitops/kubernetes-apply';
import {
  Kustomization,
  Reason,
  ResourceRef,
} from '@backstage-gitops/plugin-gitops-common';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { PendingInventory, PendingOwner, unionOf } from './PendingInventory';

/** How an attempt ended that had written its inventory. */
const AFTER_INVENTORY: ReadonlySet<string> = new Set([
  Reason.ReconciliationSucceeded,
  Reason.HealthCheckFailed,
  Reason.PruneFailed,
  Reason.PruneHeld,
]);

/** Clocks of replicas differ; the history is kept in whole seconds. */
const CLOCK_TOLERANCE_MS = 60_000;

export function pendingOwnerOf(run: ReconcileRun<Kustomization>): PendingOwner {
  return { id: run.id, uid: run.object.metadata.uid ?? '' };
}

/** How an inventory names the delivery itself, which may be part of what it applies. */
export function ownInventoryId(run: ReconcileRun<Kustomization>): string {
  const { kind, namespace, name } = run;
  return formatInventoryId({
    ...{ namespace, name },
    group: kind.group,
    kind: kind.kind,
  });
}

/**
 * All that a delivery is known to have applied: the object's own inventory, and
 * what was written ahead since. What was written ahead before the last attempt
 * that the object itself tells of is in its inventory, or was let go of: where it
 * is still in the database, that is an old one, and nothing is pruned for it.
 */
export async function knownInventory(
  run: ReconcileRun<Kustomization>,
  pending: PendingInventory,
): Promise<ResourceRef[]> {
  const { history = [], inventory } = run.status;
  const inventoryWrittenAt = Math.max(
    0,
    ...history
      .filter(entry => AFTER_INVENTORY.has(entry.lastReconciledStatus))
      .map(entry => Date.parse(entry.lastReconciled))
      .filter(Number.isFinite),
  );
  return unionOf(
    inventory?.entries ?? [],
    await pending.list(
      pendingOwnerOf(run),
      inventoryWrittenAt - CLOCK_TOLERANCE_MS,
    ),
  );
}

/**
 * Adds to the object's inventory what an apply that failed has written, or may
 * have written where no answer came: the home knows of it then, whatever becomes
 * of the plugin database. Nothing leaves it (Flux 2.9 does not even add).
 */
export async function keepWritten(
  run: ReconcileRun<Kustomization>,
  pending: PendingInventory,
  {
    changes,
    failures,
  }: { changes: ChangeSet; failures: readonly ApplyFailure[] },
): Promise<void> {
  const written = inventoryOf({
    entries: changes.entries.filter(
      ({ action }) => action === 'created' || action === 'configured',
    ),
  });
  const doubtful = new Set(
    failures.filter(isDoubtful).map(({ subject }) => subject),
  );
  const perhaps =
    doubtful.size > 0
      ? (await pending.list(pendingOwnerOf(run))).filter(entry =>
          doubtful.has(subjectOf(refOfEntry(entry))),
        )
      : [];
  const added = [...written, ...perhaps];
  if (added.length > 0) {
    run.status.inventory = {
      entries: unionOf(run.status.inventory?.entries ?? [], added),
    };
  }
}

/** It was sent, and the server did not say what came of it. */
function isDoubtful({ phase, cause }: ApplyFailure): boolean {
  return (
    phase === 'apply' &&
    !(cause instanceof KubernetesApiError && cause.status <= 500)
  );
}
