import { Release } from '@backstage-gitops/helm';
import {
  ConditionType,
  formatDurationMs,
  HelmSnapshot,
} from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { ReleaseRequest } from '../loop/ReleaseRequest';
import { HelmReason, summarize } from '../loop/summarize';
import {
  chartName,
  fullName,
  hasBeenTested,
  newestFirst,
} from '../release/history';
import { failurePolicyOf, ReleaseAction } from '../state/failurePolicy';
import { ActionResult, ran } from './ActionResult';
import { recordInventory } from './inventory';
import { OpenAction } from './OpenAction';
import { recordAttempt } from './recordHistory';
import { reportAction, wantedSubject } from './report';

const REASONS = {
  install: [HelmReason.InstallSucceeded, HelmReason.InstallFailed],
  upgrade: [HelmReason.UpgradeSucceeded, HelmReason.UpgradeFailed],
} as const;

const FAILURES = {
  install: 'installFailures',
  upgrade: 'upgradeFailures',
} as const;

/**
 * What installs and upgrades have in common: history, inventory, counters,
 * conditions and events. Only what has left a record counts as a failure of the
 * release; all else is an error that is tried again (Flux 2.9).
 *
 * @throws OvertakenError where something newer has ended it; StoppingError
 */
export async function attemptRelease(
  request: ReleaseRequest,
  action: ReleaseAction,
  perform: (open: OpenAction) => Promise<Release>,
): Promise<ActionResult> {
  const { run, course } = request;
  const { status, conditions } = run;
  status.lastAttemptedReleaseAction = action;
  conditions.delete(ConditionType.TestSuccess, ConditionType.Remediated);
  const open = new OpenAction(request, {
    course,
    maxHistory:
      action === 'upgrade' ? (run.object.spec.maxHistory ?? 5) : undefined,
  });
  const startedAt = run.now();
  let failure: Error | undefined;
  try {
    await perform(open);
  } catch (error) {
    assertError(error);
    run.signal.throwIfAborted();
    failure = error;
  }
  status.lastAttemptedReleaseActionDuration = formatDurationMs(
    run.now() - startedAt,
  );
  const { written } = open.records;
  recordAttempt(run, written, action);
  if (written.length > 0) {
    await recordInventory(request, written[0]);
  }
  if (failure) {
    open.assertNotStopped();
    if (course.hasGivenWay) {
      throw course.signal.reason;
    }
  }
  if (!failure) {
    await reportSuccess(request, action);
  } else {
    await reportFailure(request, action, failure, open.log);
    if (written.length > 0) {
      const counter = FAILURES[action];
      status[counter] = (status[counter] ?? 0) + 1;
    }
  }
  summarize(run);
  return failure && written.length === 0
    ? { type: 'error', error: failure }
    : ran;
}

async function reportSuccess(
  request: ReleaseRequest,
  action: ReleaseAction,
): Promise<void> {
  const { run } = request;
  const { spec } = run.object;
  const [current] = newestFirst(run.status.history) as [HelmSnapshot];
  const named = `${fullName(current)} with chart ${chartName(current)}`;
  if (spec.test?.enable && !hasBeenTested(current)) {
    run.conditions.markUnknown(
      ConditionType.TestSuccess,
      HelmReason.AwaitingTests,
      `Helm release ${named} is awaiting tests`,
    );
  }
  if (failurePolicyOf(run.object, action).retryAfterMs !== undefined) {
    clearFailures(request);
  }
  await reportAction(request, {
    condition: { type: ConditionType.Released, status: 'True' },
    event: 'Normal',
    reason: REASONS[action][0],
    message: `Helm ${action} succeeded for release ${named}`,
    subject: current,
  });
}

async function reportFailure(
  request: ReleaseRequest,
  action: ReleaseAction,
  error: Error,
  log: string,
): Promise<void> {
  const { run, target, chart } = request;
  run.status.failures = (run.status.failures ?? 0) + 1;
  await reportAction(request, {
    condition: { type: ConditionType.Released, status: 'False' },
    event: 'Warning',
    reason: REASONS[action][1],
    message: `Helm ${action} failed for release ${target.namespace}/${target.name} with chart ${chart.name}@${chart.version}: ${error.message.trim()}`,
    log,
    subject: wantedSubject(request),
  });
}

/** Nothing that failed before counts any more. */
export function clearFailures({ run }: Pick<ReleaseRequest, 'run'>): void {
  delete run.status.failures;
  delete run.status.installFailures;
  delete run.status.upgradeFailures;
}
