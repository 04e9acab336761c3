import {
  durationToMs,
  HelmRelease,
} from '@backstage-gitops/plugin-gitops-common';

/** An action that makes a revision. */
export type ReleaseAction = 'install' | 'upgrade';

/** What becomes of a release whose install or upgrade failed (Flux 2.9). */
export interface FailurePolicy {
  /** Instead of being remediated it is upgraded again, after so long. */
  retryAfterMs?: number;
  strategy: 'rollback' | 'uninstall';
  ignoreTestFailures: boolean;
  /** Also where there is no retry left. */
  remediateLastFailure: boolean;
  /** Failed attempts since something changed. */
  failures: number;
  /** More failures than there may be retries. */
  isExhausted: boolean;
}

const RETRY_INTERVAL = '5m';

/** That of one action. */
export function failurePolicyOf(
  { spec, status = {} }: HelmRelease,
  action: ReleaseAction,
): FailurePolicy {
  const { remediation = {}, strategy } = spec[action] ?? {};
  const { retries = 0 } = remediation;
  const failures =
    (action === 'install' ? status.installFailures : status.upgradeFailures) ??
    0;
  return {
    retryAfterMs:
      strategy?.name === 'RetryOnFailure'
        ? durationToMs(strategy.retryInterval ?? RETRY_INTERVAL)
        : undefined,
    strategy:
      action === 'install'
        ? 'uninstall'
        : (spec.upgrade?.remediation?.strategy ?? 'rollback'),
    ignoreTestFailures:
      remediation.ignoreTestFailures ?? spec.test?.ignoreFailures ?? false,
    remediateLastFailure:
      remediation.remediateLastFailure ?? (action === 'upgrade' && retries > 0),
    failures,
    isExhausted: retries >= 0 && failures > retries,
  };
}

/** That of the action that was attempted last; none before the first one. */
export function activePolicyOf(object: HelmRelease): FailurePolicy | undefined {
  const action = object.status?.lastAttemptedReleaseAction;
  return action && failurePolicyOf(object, action);
}
