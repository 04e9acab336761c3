import { ChangeSet } from '@backstage-gitops/kubernetes-apply';
import {
  ConditionType,
  Kustomization,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { describeShared } from './sharedObjects';

type Run = ReconcileRun<Kustomization>;

/** The attempt failed: Ready is False, and everybody is told why. */
export async function fail(
  run: Run,
  reason: string,
  message: string,
  revision?: string,
): Promise<void> {
  await run.report({
    condition: { type: ConditionType.Ready, status: 'False' },
    event: 'Warning',
    reason,
    message,
    revision,
  });
}

/** What changed in the cluster, one line an object; nothing where nothing did. */
export async function reportChanges(
  run: Run,
  message: string,
  revision?: string,
): Promise<void> {
  if (message) {
    await run.report({
      event: 'Normal',
      reason: Reason.Progressing,
      message,
      revision,
    });
  }
}

/** That others deliver what was changed as well, where they do. */
export async function reportShared(
  run: Run,
  changes: ChangeSet,
  revision: string,
): Promise<void> {
  const message = describeShared(run, changes);
  if (message) {
    await run.report({
      event: 'Warning',
      reason: 'SharedObjects',
      message,
      revision,
    });
  }
}

/** The message of a typed error, with what to do where it says so. */
export function messageOf(error: Error): string {
  const { hint } = error as { hint?: unknown };
  return typeof hint === 'string' && !error.message.includes(hint)
    ? `${error.message}; ${hint}`
    : error.message;
}
