import { rollbackRelease } from '@backstage-gitops/helm/actions';
import { ConditionType } from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { present, ReleaseRequest } from '../loop/ReleaseRequest';
import { HelmReason, summarize } from '../loop/summarize';
import { timeoutOf } from '../loop/timing';
import {
  chartName,
  fullName,
  newestFirst,
  previousOf,
} from '../release/history';
import { failurePolicyOf } from '../state/failurePolicy';
import { ActionResult, ran, ReleaseMismatchError } from './ActionResult';
import { recordInventory } from './inventory';
import { OpenAction } from './OpenAction';
import { recordChanges } from './recordHistory';
import { reportAction } from './report';
import { isServerSide } from './serverSide';
import { waitOf } from './waitOf';

/** Goes back to the last revision that was good. */
export async function rollback(request: ReleaseRequest): Promise<ActionResult> {
  const { run } = request;
  const { spec } = run.object;
  const { rollback: options = {} } = spec;
  const history = run.status.history ?? [];
  const [current] = newestFirst(history);
  const previous = previousOf(history, {
    ignoreTests: failurePolicyOf(present(run), 'upgrade').ignoreTestFailures,
  });
  if (!previous || !current || previous.name !== current.name) {
    const error = new ReleaseMismatchError(
      'there is no revision of this release to roll back to',
    );
    return { type: 'error', error };
  }
  const open = new OpenAction(request, { maxHistory: spec.maxHistory ?? 5 });
  let failure: Error | undefined;
  try {
    const { signal } = request;
    const before = await open.records.get(previous, { signal });
    const serverSide = isServerSide(options.serverSideApply, before);
    await rollbackRelease(open.context, {
      name: previous.name,
      version: previous.version,
      wait: waitOf(run.object, options, timeoutOf(run.object, 'rollback')),
      ...{ serverSide, forceConflicts: serverSide },
      forceReplace: options.force && !serverSide,
      disableHooks: options.disableHooks,
      cleanupOnFail: options.cleanupOnFail,
    });
  } catch (error) {
    assertError(error);
    run.signal.throwIfAborted();
    failure = error;
  }
  const { written } = open.records;
  recordChanges(run, written, { action: 'rollback', addNew: true });
  if (failure) {
    open.assertNotStopped();
  }
  if (written.length > 0) {
    await recordInventory(request, written[0]);
  }
  const named = `${fullName(previous)} with chart ${chartName(previous)}`;
  if (failure) {
    run.status.failures = (run.status.failures ?? 0) + 1;
  }
  await reportAction(request, {
    condition: {
      type: ConditionType.Remediated,
      status: failure ? 'False' : 'True',
    },
    event: failure ? 'Warning' : 'Normal',
    reason: failure ? HelmReason.RollbackFailed : HelmReason.RollbackSucceeded,
    message: `Helm rollback to previous release ${named} ${failure ? `failed: ${failure.message.trim()}` : 'succeeded'}`,
    log: failure && open.log,
    subject: {
      ...previous,
      configDigest: run.status.lastAttemptedConfigDigest ?? '',
    },
  });
  summarize(run);
  return failure && written.length === 0
    ? { type: 'error', error: failure }
    : ran;
}
