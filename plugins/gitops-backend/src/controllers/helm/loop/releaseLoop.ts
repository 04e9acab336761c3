import { Release } from '@backstage-gitops/helm';
import { ReleaseRecords } from '@backstage-gitops/helm/actions';
import {
  ConditionType,
  formatDurationMs,
  HelmSnapshot,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { isForbidden } from '../../../homes/Lease';
import { missingAccount } from '../../kustomize/missingAccount';
import { ActionResult } from '../actions/ActionResult';
import { correctDrift } from '../actions/correctDrift';
import { install } from '../actions/install';
import { valuesOver } from '../actions/preservedValues';
import { rollback } from '../actions/rollback';
import { test } from '../actions/test';
import { uninstallRemediation } from '../actions/uninstall';
import { unlock } from '../actions/unlock';
import { upgrade } from '../actions/upgrade';
import { findDrift, ObjectDrift } from '../drift/findDrift';
import { newestFirst } from '../release/history';
import { isAsTakenDown } from '../release/snapshots';
import { postRenderDigests } from '../render/postRenderDigests';
import {
  ActionName,
  decideAction,
  Decision,
  StallReason,
} from '../state/decideAction';
import { determineState, ReleaseState } from '../state/determineState';
import { activePolicyOf } from '../state/failurePolicy';
import { configDigest } from '../values/configDigest';
import { noteState } from './noteState';
import { HelmRun, present, ReleaseRequest } from './ReleaseRequest';
import { takeForceRequest } from './requests';
import { summarize } from './summarize';
import { timeoutOf } from './timing';

/** How the work on a release ended. */
export type LoopEnd =
  /** Nothing is left to do before the interval. */
  | { type: 'done' }
  /** It failed, and something else is tried at once. */
  | { type: 'again' }
  /** It failed, and is tried again after so long. */
  | { type: 'later'; afterMs: number }
  | { type: 'stalled'; reason: StallReason; message: string }
  | { type: 'failed'; error: Error };

type ActionType = 'release' | 'test' | 'remediate' | 'unlock' | 'drift';

const TYPES: Record<ActionName, ActionType> = {
  install: 'release',
  upgrade: 'release',
  test: 'test',
  rollback: 'remediate',
  uninstall: 'remediate',
  unlock: 'unlock',
  'correct-drift': 'drift',
};

/** As people read it. */
const TITLES: Partial<Record<ActionName, string>> = {
  'correct-drift': 'correct cluster drift',
};

/** The next step where a release acts as a ServiceAccount that nobody has made. */
async function accountHint(run: HelmRun, error: Error): Promise<string> {
  const account = isForbidden(error) ? await missingAccount(run) : undefined;
  return account
    ? `; the ServiceAccount ${run.namespace}/${account} does not exist: create it with the rights that the release needs, or name another in spec.serviceAccountName`
    : '';
}

/**
 * Brings a release to what its HelmRelease wants: finds out how it is, decides what
 * is next, does it, and looks again; each type of action once (helm-controller 1.6).
 *
 * @throws OvertakenError; what the cluster answers
 */
export async function releaseLoop(request: ReleaseRequest): Promise<LoopEnd> {
  const { run, client, target, signal } = request;
  const { conditions } = run;
  const { storageNamespace: namespace } = target;
  const records = new ReleaseRecords({ client, namespace });
  const did = new Set<ActionType>();
  for (;;) {
    request.course.signal.throwIfAborted();
    let last: Release | undefined;
    let state: ReleaseState<ObjectDrift[]>;
    try {
      last = await records.last(target.name, { signal });
      if (last && isHalfUninstalled(run, last)) {
        return goOnUninstalling(request);
      }
      state = await stateOf(request, last);
    } catch (error) {
      assertError(error);
      signal.throwIfAborted();
      conditions.markFalse(
        ConditionType.Ready,
        'StateError',
        `Could not determine release state: ${error.message}${await accountHint(run, error)}`,
      );
      return { type: 'failed', error };
    }
    const force = takeForceRequest(run);
    const { decision, history } = await decideAction(state, present(run), {
      force,
      checkSnapshot: snapshot => isIntact(records, snapshot, signal),
    });
    run.logger.debug(
      `The release is ${state.type}${state.reason && `: ${state.reason}`}`,
    );
    if (history.length > 0) {
      run.status.history = history;
    } else {
      delete run.status.history;
    }
    await noteState(run, state, { isForced: force });
    if (decision.type === 'stalled') {
      return decision;
    }
    if (decision.type === 'done') {
      conditions.delete(ConditionType.Reconciling);
      summarize(run);
      return decision;
    }
    const { action } = decision;
    const type = TYPES[action];
    if (did.has(type)) {
      return repeated(request);
    }
    await begin(request, decision);
    const result = await act(action, request, { last, drift: state.drift });
    did.add(type);
    if (result.type === 'error') {
      return failed(request, result.error);
    }
    if (type === 'remediate') {
      return remediated(request);
    }
  }
}

/** How the release is now; `last` is its newest record. */
export function stateOf(
  request: ReleaseRequest,
  last: Release | undefined,
): Promise<ReleaseState<ObjectDrift[]>> {
  const { run, chart, client, signal } = request;
  const values = valuesOver(run.object, request.values, last);
  return determineState({
    object: present(run),
    last,
    wanted: {
      chart,
      configDigest: configDigest(values),
      ...postRenderDigests(run.object),
    },
    findDrift: release =>
      findDrift(release, {
        ...{ client, signal },
        ignore: run.object.spec.driftDetection?.ignore,
      }),
  });
}

/** A process has ended while it uninstalled what had failed. */
function isHalfUninstalled({ status }: HelmRun, last: Release): boolean {
  const [current] = newestFirst(status.history);
  return (
    last.info?.status === 'uninstalling' && current?.version === last.version
  );
}

/** The record is not as it was taken down, and yet it is ours. */
async function goOnUninstalling(request: ReleaseRequest): Promise<LoopEnd> {
  const result = await uninstallRemediation(request);
  return result.type === 'error'
    ? failed(request, result.error)
    : remediated(request);
}

async function isIntact(
  records: ReleaseRecords,
  snapshot: HelmSnapshot,
  signal: AbortSignal,
): Promise<boolean> {
  const release = await records.get(snapshot, { signal });
  return release !== undefined && isAsTakenDown(snapshot, release);
}

async function begin(
  { run }: ReleaseRequest,
  { action, reason }: Extract<Decision, { type: 'act' }>,
): Promise<void> {
  const timeout = formatDurationMs(timeoutOf(run.object, action));
  const title = TITLES[action] ?? action;
  run.logger.info(`Running '${title}' of the release: ${reason}`);
  await run.progress(`Running '${title}' action with timeout of ${timeout}`, {
    changed: TYPES[action] === 'release',
  });
  if (action === 'install') {
    // Whoever deletes the object after this process was killed has to know what
    // was made for it.
    await run.writeStatus();
  }
}

function act(
  action: ActionName,
  request: ReleaseRequest,
  known: { last: Release | undefined; drift?: readonly ObjectDrift[] },
): Promise<ActionResult> {
  switch (action) {
    case 'install':
      return install(request);
    case 'upgrade':
      return upgrade(request, known.last);
    case 'test':
      return test(request);
    case 'rollback':
      return rollback(request);
    case 'uninstall':
      return uninstallRemediation(request);
    case 'unlock':
      return unlock(request, known.last!);
    default:
      return correctDrift(request, known.drift ?? []);
  }
}

/** What would be done next was done already in this run. */
function repeated({ run }: ReleaseRequest): LoopEnd {
  const policy = activePolicyOf(present(run));
  if (policy?.retryAfterMs !== undefined) {
    return { type: 'later', afterMs: policy.retryAfterMs };
  }
  if (!policy?.isExhausted) {
    return { type: 'again' };
  }
  run.conditions.delete(ConditionType.Reconciling);
  return { type: 'done' };
}

function failed({ run }: ReleaseRequest, error: Error): LoopEnd {
  const policy = activePolicyOf(present(run));
  if (policy?.retryAfterMs !== undefined) {
    return { type: 'later', afterMs: policy.retryAfterMs };
  }
  if (run.conditions.isTrue(ConditionType.Ready)) {
    run.conditions.markFalse(
      ConditionType.Ready,
      'ReconcileError',
      error.message,
    );
  }
  return { type: 'failed', error };
}

function remediated({ run }: ReleaseRequest): LoopEnd {
  const { status } = run;
  const policy = activePolicyOf(present(run));
  if (policy?.retryAfterMs !== undefined) {
    return { type: 'later', afterMs: policy.retryAfterMs };
  }
  const isUninstalledUpgrade =
    status.lastAttemptedReleaseAction === 'upgrade' &&
    policy?.strategy === 'uninstall';
  if (!policy?.isExhausted || isUninstalledUpgrade) {
    return { type: 'again' };
  }
  return {
    type: 'stalled',
    reason: 'RetriesExceeded',
    message: `Failed to ${status.lastAttemptedReleaseAction} after ${policy.failures} attempt(s)`,
  };
}

/** Says that it is tried again after a while, in Flux's words. */
export function markLater({ run }: ReleaseRequest, afterMs: number): void {
  run.conditions.markReconciling(
    Reason.ProgressingWithRetry,
    `retrying after ${formatDurationMs(afterMs)}`,
  );
}
