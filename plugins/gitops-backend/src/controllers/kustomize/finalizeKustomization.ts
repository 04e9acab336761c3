import {
  refOfEntry,
  subjectOf,
  TerminatingObject,
} from '@backstage-gitops/kubernetes-apply';
import {
  ConditionType,
  Kustomization,
  Reason,
  ResourceRef,
} from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { TargetError } from '../../targets/TargetError';
import { describeReplacedTarget } from '../../targets/TargetPins';
import { done, Outcome, retry, waiting } from '../../engine/run/Outcome';
import { DeliveryTarget, DeliveryTargets } from './DeliveryTargets';
import { knownInventory } from './knownInventory';
import { missingAccount } from './missingAccount';
import { PendingInventory } from './PendingInventory';
import {
  describeTerminating,
  pruneChildrenFirst,
  stillThere,
} from './pruneChildrenFirst';
import { PruneHolds } from './PruneHolds';
import { fail, messageOf, reportChanges } from './reports';
import { timingOf } from './timing';

type Run = ReconcileRun<Kustomization>;

/** Where a deletion remembers things beside the object. */
export interface DeletionStores {
  pending: PendingInventory;
  holds: PruneHolds;
  targets: DeliveryTargets;
}

/**
 * The Kustomization is being deleted: deletes what it applied, where its policy
 * says so (Flux 2.9). Only what the cluster says is gone counts as gone: while
 * the cluster cannot be reached the finalizer stays. Deliveries that it applied
 * finish before anything else goes, whatever the policy; no worker waits.
 */
export async function finalizeKustomization(
  run: Run,
  stores: DeletionStores,
): Promise<Outcome> {
  const { object } = run;
  const entries = await knownInventory(run, stores.pending);
  if (!deletesObjects(object) || entries.length === 0) {
    return letGo(run, stores);
  }

  const account = await missingAccount(run);
  if (account) {
    // Nobody is left who may delete them; they are told and left behind.
    await run.report({
      event: 'Warning',
      reason: Reason.PruneFailed,
      message: `unable to prune objects, the ServiceAccount ${run.namespace}/${account} is gone:\n${listOf(entries)}`,
    });
    return letGo(run, stores);
  }

  let target: DeliveryTarget;
  try {
    target = await stores.targets.open(run);
    if (target.replaced) {
      throw new TargetError(describeReplacedTarget(target.replaced));
    }
  } catch (error) {
    assertError(error);
    run.signal.throwIfAborted();
    const message = `unable to prune objects: ${messageOf(error)}; to leave them behind, set spec.deletionPolicy to Orphan`;
    await fail(run, Reason.PruneFailed, message);
    return retry(new Error(message));
  }
  const { client } = target;
  const result = await pruneChildrenFirst(run, client, entries);
  if (result.isNews) {
    await reportChanges(
      run,
      result.deleted.map(({ ref }) => `${subjectOf(ref)} deleted`).join('\n'),
    );
  }
  const [failure] = result.failed;
  if (failure) {
    const message = `pruning for deleted resource failed: ${subjectOf(failure.ref)}: ${failure.error}`;
    await fail(run, Reason.PruneFailed, message);
    return retry(new Error(message));
  }
  if (result.unfinished.length > 0) {
    return wait(
      run,
      `Waiting for deliveries to finish before ${result.postponed.length} more objects are deleted`,
      result.unfinished,
    );
  }
  if (object.spec.deletionPolicy === 'WaitForTermination') {
    const left = await stillThere(run, client, result);
    if (left.length > 0) {
      if (run.now() < deletedAt(run) + timingOf(object.spec).timeoutMs) {
        return wait(run, 'Waiting for resources termination', left);
      }
      await run.report({
        event: 'Warning',
        reason: Reason.PruneFailed,
        message: `failed to wait for resources termination: ${describeTerminating(left)}`,
      });
    }
  }
  return letGo(run, stores);
}

async function letGo(run: Run, stores: DeletionStores): Promise<Outcome> {
  await stores.pending.clear(run.claim);
  await stores.holds.forget(run);
  await stores.targets.forget(run);
  return done(null);
}

const LEAST_POLL_MS = 2_000;
const MOST_POLL_MS = 30_000;

/** Says what keeps it, and looks again: soon at first, then less often. */
function wait(
  run: Run,
  why: string,
  left: readonly TerminatingObject[],
): Outcome {
  const message = `${why}: ${describeTerminating(left)}`;
  run.conditions.markReconciling(Reason.Progressing, message);
  run.conditions.markUnknown(ConditionType.Ready, Reason.Progressing, message);
  const elapsed = run.now() - deletedAt(run);
  return waiting(
    'Terminating',
    run.now() + Math.min(MOST_POLL_MS, Math.max(LEAST_POLL_MS, elapsed / 10)),
  );
}

function deletedAt({ object, now }: Run): number {
  const time = Date.parse(object.metadata.deletionTimestamp ?? '');
  return Number.isNaN(time) ? now() : time;
}

function deletesObjects(object: Kustomization): boolean {
  const { spec } = object;
  if (spec.suspend) {
    return false;
  }
  switch (spec.deletionPolicy ?? 'MirrorPrune') {
    case 'Orphan':
      return false;
    case 'Delete':
    case 'WaitForTermination':
      return true;
    default:
      return spec.prune;
  }
}

function listOf(entries: readonly ResourceRef[]): string {
  return entries.map(entry => subjectOf(refOfEntry(entry))).join('\n');
}
