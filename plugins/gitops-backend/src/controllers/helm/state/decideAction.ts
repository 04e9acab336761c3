import {
  HelmRelease,
  HelmSnapshot,
} from '@backstage-gitops/plugin-gitops-common';
import { newest, previousOf, truncated } from '../release/history';
import { ReleaseState } from './determineState';
import { activePolicyOf, failurePolicyOf } from './failurePolicy';

/** Something that is done to a release. */
export type ActionName =
  | 'install'
  | 'upgrade'
  | 'test'
  | 'rollback'
  | 'uninstall'
  | 'unlock'
  | 'correct-drift';

/** What is next for a release. */
export type Decision =
  | {
      type: 'act';
      action: ActionName;
      /** Said in the log. */
      reason: string;
    }
  /** All is done that can be. */
  | { type: 'done' }
  /** Nobody but somebody who changes something can help. */
  | { type: 'stalled'; reason: StallReason; message: string };

/** As the condition `Stalled` names it. */
export type StallReason = 'RetriesExceeded' | 'MissingRollbackTarget';

/** A {@link Decision}, and the history that it was made for. */
export interface Decided {
  decision: Decision;
  history: HelmSnapshot[];
}

/** Whether the record of a snapshot is there, and as it was taken down. */
export type CheckSnapshot = (snapshot: HelmSnapshot) => Promise<boolean>;

/**
 * Decides what is next for a release in a state (helm-controller 1.6). Nothing is
 * done here, and nothing changed.
 *
 * @param options.force - a request to act whatever retries are left
 */
export async function decideAction(
  state: ReleaseState,
  object: HelmRelease,
  options: { force: boolean; checkSnapshot: CheckSnapshot },
): Promise<Decided> {
  const { force } = options;
  const history = object.status?.history ?? [];
  const policy = activePolicyOf(object);
  const keep = (decision: Decision): Decided => ({
    decision,
    history: [...history],
  });
  switch (state.type) {
    case 'InSync': {
      const ignoreTests =
        policy?.ignoreTestFailures ?? object.spec.test?.ignoreFailures ?? false;
      return {
        decision: force
          ? act('upgrade', 'forced for a release that is in sync')
          : { type: 'done' },
        history:
          policy?.retryAfterMs === undefined
            ? truncated(history, { ignoreTests })
            : newest(history),
      };
    }
    case 'Locked':
      return keep(act('unlock', state.reason));
    case 'Absent':
      return keep(
        failurePolicyOf(object, 'install').isExhausted && !force
          ? exhausted(object)
          : act('install', state.reason),
      );
    case 'Unmanaged':
      // What is known of it is not what is there.
      return { decision: act('upgrade', state.reason), history: [] };
    case 'OutOfSync':
      return keep(
        failurePolicyOf(object, 'upgrade').isExhausted && !force
          ? exhausted(object)
          : act('upgrade', state.reason),
      );
    case 'Drifted':
      return keep(
        object.spec.driftDetection?.mode === 'enabled'
          ? act('correct-drift', 'the cluster has drifted')
          : { type: 'done' },
      );
    case 'Untested':
      return keep(act('test', 'the release has not been tested'));
    default:
      return remediate(object, options);
  }
}

async function remediate(
  object: HelmRelease,
  options: { force: boolean; checkSnapshot: CheckSnapshot },
): Promise<Decided> {
  const history = object.status?.history ?? [];
  const policy = activePolicyOf(object);
  if (policy?.retryAfterMs !== undefined) {
    return {
      decision: act('upgrade', 'the failed release is tried again'),
      history: newest(history),
    };
  }
  const upgrade = (reason: string): Decided => ({
    decision: act('upgrade', reason),
    history: [...history],
  });
  if (!policy) {
    return upgrade('nothing says how to remediate it');
  }
  if (policy.failures <= 0) {
    return upgrade('something changed since it failed');
  }
  if (options.force) {
    return upgrade('forced for a failed release');
  }
  if (policy.isExhausted && !policy.remediateLastFailure) {
    return { decision: exhausted(object), history: [...history] };
  }
  const ignoreTests = policy.ignoreTestFailures;
  const kept = truncated(history, { ignoreTests });
  if (policy.strategy === 'uninstall') {
    return { decision: act('uninstall', 'the release failed'), history: kept };
  }
  const previous = previousOf(kept, { ignoreTests });
  if (!previous) {
    return {
      decision: {
        type: 'stalled',
        reason: 'MissingRollbackTarget',
        message:
          'Failed to perform remediation: missing target release for rollback: cannot remediate failed release',
      },
      history: kept,
    };
  }
  const isIntact = await options.checkSnapshot(previous);
  return {
    decision: isIntact
      ? act('rollback', 'the release failed')
      : act('upgrade', 'the release to roll back to was changed, or is gone'),
    history: kept,
  };
}

function act(action: ActionName, reason: string): Decision {
  return { type: 'act', action, reason };
}

function exhausted(object: HelmRelease): Decision {
  const { lastAttemptedReleaseAction: action = 'install' } =
    object.status ?? {};
  const { failures } = failurePolicyOf(object, action);
  return {
    type: 'stalled',
    reason: 'RetriesExceeded',
    message: `Failed to ${action} after ${failures} attempt(s)`,
  };
}
