import { Release } from '@backstage-gitops/helm';
import { testRelease } from '@backstage-gitops/helm/actions';
import {
  ConditionType,
  HelmTest,
} from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { present, ReleaseRequest } from '../loop/ReleaseRequest';
import { HelmReason, summarize } from '../loop/summarize';
import { timeoutOf } from '../loop/timing';
import {
  chartName,
  fullName,
  hasBeenTested,
  newestFirst,
} from '../release/history';
import { snapshotOf, testHooksOf } from '../release/snapshots';
import { activePolicyOf } from '../state/failurePolicy';
import { ActionResult, ran, ReleaseMismatchError } from './ActionResult';
import { OpenAction } from './OpenAction';
import { reportAction } from './report';

/** Runs the tests of the newest revision. */
export async function test(request: ReleaseRequest): Promise<ActionResult> {
  const { run } = request;
  const { test: options = {} } = run.object.spec;
  const [current] = newestFirst(run.status.history);
  if (!current) {
    const problem = 'there is no release to test';
    return { type: 'error', error: new ReleaseMismatchError(problem) };
  }
  const open = new OpenAction(request);
  let failure: Error | undefined;
  try {
    const tested = await testRelease(open.context, {
      name: current.name,
      timeoutMs: timeoutOf(run.object, 'test'),
      filters: options.filters?.map(({ name, exclude }) =>
        exclude ? `!${name}` : name,
      ),
    });
    if (tested.version !== current.version) {
      throw new ReleaseMismatchError(
        `revision ${tested.version} was tested, which is not the current one: ${fullName(current)}`,
      );
    }
  } catch (error) {
    assertError(error);
    run.signal.throwIfAborted();
    failure = error;
  }
  const recorded = open.records.written.find(
    ({ version }) => version === current.version,
  );
  if (recorded) {
    takeOver(request, recorded, options);
  }
  if (failure) {
    open.assertNotStopped();
  }
  await (failure ? reportFailure(request, failure) : reportSuccess(request));
  summarize(run);
  const [now] = newestFirst(run.status.history);
  return failure && !hasBeenTested(now ?? current)
    ? { type: 'error', error: failure }
    : ran;
}

function takeOver(
  { run }: ReleaseRequest,
  release: Release,
  { filters }: HelmTest,
): void {
  const [current, ...others] = newestFirst(run.status.history);
  const { action, ociDigest } = current;
  run.status.history = [
    {
      ...snapshotOf(release, { action, ociDigest }),
      testHooks: testHooksOf(release, isWantedBy(filters)),
    },
    ...others,
  ];
}

function isWantedBy(filters: HelmTest['filters'] = []) {
  const included = filters.filter(({ exclude }) => !exclude);
  return (name: string): boolean =>
    !filters.some(filter => filter.exclude && filter.name === name) &&
    (included.length === 0 || included.some(filter => filter.name === name));
}

async function reportSuccess(request: ReleaseRequest): Promise<void> {
  const [current] = newestFirst(request.run.status.history);
  const count = Object.keys(current.testHooks ?? {}).length;
  await reportAction(request, {
    condition: { type: ConditionType.TestSuccess, status: 'True' },
    event: 'Normal',
    reason: HelmReason.TestSucceeded,
    message: `Helm test succeeded for release ${fullName(current)} with chart ${chartName(current)}: ${
      count === 0
        ? 'no test hooks'
        : `${count} test hook${count > 1 ? 's' : ''} completed successfully`
    }`,
    subject: current,
  });
}

async function reportFailure(
  request: ReleaseRequest,
  error: Error,
): Promise<void> {
  const { run } = request;
  const { status } = run;
  const [current] = newestFirst(status.history);
  status.failures = (status.failures ?? 0) + 1;
  await reportAction(request, {
    condition: { type: ConditionType.TestSuccess, status: 'False' },
    event: 'Warning',
    reason: HelmReason.TestFailed,
    message: `Helm test failed for release ${fullName(current)} with chart ${chartName(current)}: ${error.message.trim()}`,
    subject: current,
  });
  const policy = activePolicyOf(present(run));
  if (hasBeenTested(current) && policy && !policy.ignoreTestFailures) {
    const counter =
      status.lastAttemptedReleaseAction === 'install'
        ? 'installFailures'
        : 'upgradeFailures';
    status[counter] = (status[counter] ?? 0) + 1;
  }
}
