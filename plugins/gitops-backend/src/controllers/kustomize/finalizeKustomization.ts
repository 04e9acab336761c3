import {
  ClusterClient,
  prune,
  refOfEntry,
  subjectOf,
} from '@backstage-gitops/kubernetes-apply';
import {
  Kustomization,
  Reason,
  ResourceRef,
} from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { done, Outcome, retry, waiting } from '../../engine/run/Outcome';
import { deliveryClient } from './deliveryClient';
import { ownerLabels } from './ownerLabels';
import { PendingInventory, unionOf } from './PendingInventory';
import { timingOf } from './timing';

type Run = ReconcileRun<Kustomization>;

const TERMINATION_POLL_MS = 2_000;

/**
 * The Kustomization is being deleted: deletes what it applied, where its policy
 * says so (Flux 2.9). Only what the cluster says is gone counts as gone: while
 * the cluster cannot be reached the finalizer stays.
 */
export async function finalizeKustomization(
  run: Run,
  pending: PendingInventory,
): Promise<Outcome> {
  const { object, id } = run;
  const entries = unionOf(
    object.status?.inventory?.entries ?? [],
    await pending.list(id),
  );
  if (!deletesObjects(object) || entries.length === 0) {
    await pending.clear(id);
    return done(null);
  }

  const account = object.spec.serviceAccountName;
  if (account && !(await accountExists(run, account))) {
    // Nobody is left who may delete them; they are told and left behind.
    await run.report({
      event: 'Warning',
      reason: Reason.PruneFailed,
      message: `unable to prune objects, the ServiceAccount ${run.namespace}/${account} is gone:\n${listOf(entries)}`,
    });
    await pending.clear(id);
    return done(null);
  }

  let client: ClusterClient;
  try {
    client = deliveryClient(run.home, object);
  } catch (error) {
    assertError(error);
    await run.report({
      event: 'Warning',
      reason: Reason.PruneFailed,
      message: error.message,
    });
    return retry(error);
  }
  const result = await prune({
    client,
    entries,
    ownerLabels: ownerLabels(object),
    signal: run.signal,
    beforeWrite: () => run.claim.assertHeld(),
  });
  if (result.deleted.length > 0) {
    await run.report({
      event: 'Normal',
      reason: Reason.Progressing,
      message: result.deleted
        .map(({ ref }) => `${subjectOf(ref)} deleted`)
        .join('\n'),
    });
  }
  const [failure] = result.failed;
  if (failure) {
    const message = `pruning for deleted resource failed: ${subjectOf(failure.ref)}: ${failure.error}`;
    await run.report({
      event: 'Warning',
      reason: Reason.PruneFailed,
      message,
    });
    return retry(new Error(message));
  }
  if (
    object.spec.deletionPolicy === 'WaitForTermination' &&
    result.deleted.length > 0
  ) {
    const deadline =
      Date.parse(object.metadata.deletionTimestamp!) +
      timingOf(object.spec).timeoutMs;
    if (run.now() < deadline) {
      return waiting('Terminating', run.now() + TERMINATION_POLL_MS);
    }
    await run.report({
      event: 'Warning',
      reason: Reason.PruneFailed,
      message: `failed to wait for resources termination: ${listOf(result.deleted.map(({ entry }) => entry))}`,
    });
  }
  await pending.clear(id);
  return done(null);
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

async function accountExists(run: Run, name: string): Promise<boolean> {
  const account = await run.home.client.get({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    namespace: run.namespace,
    name,
  });
  return account !== undefined;
}

function listOf(entries: readonly ResourceRef[]): string {
  return entries.map(entry => subjectOf(refOfEntry(entry))).join('\n');
}
