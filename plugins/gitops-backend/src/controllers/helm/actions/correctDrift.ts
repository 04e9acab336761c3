import {
  ClusterClient,
  mapConcurrent,
} from '@backstage-gitops/kubernetes-apply';
import {
  ConditionType,
  FieldManager,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { nameOf } from '../drift/describeDrift';
import { ObjectDrift } from '../drift/findDrift';
import { ReleaseRequest } from '../loop/ReleaseRequest';
import { HelmReason } from '../loop/summarize';
import { timeoutOf } from '../loop/timing';
import { fullName, newestFirst } from '../release/history';
import { ActionResult, ran } from './ActionResult';
import { reportAction } from './report';

/** Objects are created first, in their order, and changed then. */
const CONCURRENT = 8;

/**
 * Brings what has drifted back: what is missing is created, what was changed is
 * patched, but for what is ignored. What could not be is tried at the next
 * interval (helm-controller 1.6).
 */
export async function correctDrift(
  request: ReleaseRequest,
  drift: readonly ObjectDrift[],
): Promise<ActionResult> {
  const { run, client } = request;
  run.conditions.markUnknown(
    ConditionType.Ready,
    Reason.Progressing,
    'correcting cluster drift',
  );
  const signal = AbortSignal.any([
    request.signal,
    AbortSignal.timeout(timeoutOf(run.object, 'correct-drift')),
  ]);
  const done: string[] = [];
  const failures: string[] = [];
  const correct = async (one: ObjectDrift) => {
    const name = nameOf(one.ref);
    try {
      await correctObject(client, one, signal);
      done.push(`${name} ${one.type === 'removed' ? 'created' : 'configured'}`);
    } catch (error) {
      assertError(error);
      run.signal.throwIfAborted();
      const what = one.type === 'removed' ? 'creation' : 'patch';
      failures.push(`${name} ${what} failure: ${error.message}`);
    }
  };
  for (const one of drift.filter(({ type }) => type === 'removed')) {
    await correct(one);
  }
  await mapConcurrent(
    drift.filter(({ type }) => type === 'changed'),
    CONCURRENT,
    correct,
  );
  await report(request, done, failures);
  return ran;
}

async function correctObject(
  client: ClusterClient,
  drift: ObjectDrift,
  signal: AbortSignal,
): Promise<void> {
  const fieldManager = FieldManager.helm;
  if (drift.type === 'removed') {
    await client.apply(drift.object, { fieldManager, force: true, signal });
  } else if (drift.type === 'changed') {
    const { ref, operations, resourceVersion } = drift;
    await client.patch(ref, {
      ...{ type: 'json', fieldManager, signal },
      // They were found for this very object: places in lists may be others now.
      body: [
        {
          ...{ op: 'test', path: '/metadata/resourceVersion' },
          value: resourceVersion,
        },
        ...operations,
      ],
    });
  }
}

async function report(
  request: ReleaseRequest,
  done: readonly string[],
  failures: readonly string[],
): Promise<void> {
  const [current] = newestFirst(request.run.status.history);
  const name = fullName(current);
  if (failures.length > 0) {
    await reportAction(request, {
      event: 'Warning',
      reason: HelmReason.DriftCorrectionFailed,
      message: [
        `Failed to ${done.length > 0 ? 'partially ' : ''}correct cluster state of release ${name}:`,
        ...failures,
        ...(done.length > 0 ? ['', 'Successful corrections:', ...done] : []),
      ].join('\n'),
      subject: current,
    });
  } else {
    await reportAction(request, {
      event: 'Normal',
      reason: HelmReason.DriftCorrected,
      message: [
        `Cluster state of release ${name} has been corrected:`,
        ...done,
      ].join('\n'),
      subject: current,
    });
  }
}
