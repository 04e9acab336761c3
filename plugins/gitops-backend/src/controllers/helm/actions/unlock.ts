import { Release } from '@backstage-gitops/helm';
import { ConditionType } from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { ReleaseAccess } from '../loop/ReleaseRequest';
import { HelmReason, summarize } from '../loop/summarize';
import { chartName, fullName } from '../release/history';
import { snapshotOf } from '../release/snapshots';
import { ActionResult, ran } from './ActionResult';
import { OpenAction } from './OpenAction';
import { recordChanges } from './recordHistory';
import { reportAction } from './report';

/** An action has begun and will never end: its revision is a failed one. */
export async function unlock(
  access: ReleaseAccess,
  last: Release,
): Promise<ActionResult> {
  const { run } = access;
  const { status = 'unknown' } = last.info ?? {};
  const open = new OpenAction(access);
  let failure: Error | undefined;
  try {
    await open.records.update(
      {
        ...last,
        info: {
          ...{ notes: '', rollbackRevision: 0 },
          ...last.info,
          status: 'failed',
          description: `Release unlocked from stale '${status}' state`,
        },
      },
      { signal: access.signal },
    );
  } catch (error) {
    assertError(error);
    run.signal.throwIfAborted();
    failure = error;
    run.status.failures = (run.status.failures ?? 0) + 1;
  }
  recordChanges(run, open.records.written);
  const current = snapshotOf(last);
  const named = `Helm release ${fullName(current)} with chart ${chartName(current)} in ${status} state`;
  await reportAction(access, {
    condition: { type: ConditionType.Released, status: 'False' },
    event: failure ? 'Warning' : 'Normal',
    reason: HelmReason.PendingRelease,
    message: failure
      ? `Unlock of ${named} failed: ${failure.message.trim()}`
      : `Unlocked ${named}`,
    subject: current,
  });
  summarize(run);
  return failure ? { type: 'error', error: failure } : ran;
}
