import { Release } from '@backstage-gitops/helm';
import { HelmRelease } from '@backstage-gitops/plugin-gitops-common';
import { hasBeenTested, hasFailedTest, newestFirst } from '../release/history';
import { isAsTakenDown } from '../release/snapshots';
import { configDigest } from '../values/configDigest';
import { activePolicyOf } from './failurePolicy';

/**
 * How a release is, beside what its HelmRelease wants:
 *
 * - `Absent`: there is none, or it was uninstalled
 * - `Unmanaged`: there is one that is not ours, or was changed behind our back
 * - `Locked`: an action was begun and has not ended
 * - `Failed`: its last action failed, or its tests
 * - `OutOfSync`: chart, values or what is done to manifests are others now
 * - `Untested`: its tests are to be run
 * - `Drifted`: objects in the cluster are not as its manifest says
 * - `InSync`: all is as it should be
 */
export type ReleaseStateType =
  | 'Absent'
  | 'Unmanaged'
  | 'Locked'
  | 'Failed'
  | 'OutOfSync'
  | 'Untested'
  | 'Drifted'
  | 'InSync';

/** {@link ReleaseStateType}, why, and by what. */
export interface ReleaseState<D = unknown> {
  type: ReleaseStateType;
  /** For people; empty where the type says all. */
  reason: string;
  /** What has drifted. */
  drift?: D;
}

/** What a state is found out from. */
export interface StateInput<D> {
  object: HelmRelease;
  /** The newest record; undefined where there is none. */
  last: Release | undefined;
  /** What is wanted. */
  wanted: {
    chart: { name: string; version: string };
    configDigest: string;
    /** Of `spec.postRenderers` and `spec.commonMetadata`; empty without them. */
    postRenderersDigest: string;
    commonMetadataDigest: string;
  };
  /**
   * What of the cluster is not as the manifest says; asked last, and only where
   * drift matters. Undefined where nothing has drifted.
   */
  findDrift?: (release: Release) => Promise<D | undefined>;
}

/** The record of a release is in a state that nothing is known to lead to. */
export class UnknownReleaseStateError extends Error {
  readonly code = 'GITOPS_HELM_STATE';

  constructor(status: string) {
    super(
      `unable to determine state for release with status '${status}': wait until it is uninstalled, or correct its record`,
    );
    this.name = 'UnknownReleaseStateError';
  }
}

/**
 * Finds out how a release is (helm-controller 1.6). The first that applies decides.
 *
 * @throws UnknownReleaseStateError, and what `findDrift` throws
 */
export async function determineState<D>(
  input: StateInput<D>,
): Promise<ReleaseState<D>> {
  const { object, last } = input;
  if (!last) {
    return state('Absent', 'no release in storage for object');
  }
  const status = last.info?.status ?? 'unknown';
  if (status.startsWith('pending-')) {
    return state('Locked', `release with status '${status}'`);
  }
  const [current] = newestFirst(object.status?.history);
  if (!current) {
    return status === 'uninstalled'
      ? state('Absent', 'found uninstalled release in storage')
      : state('Unmanaged', 'found existing release in storage');
  }
  if (!isAsTakenDown(current, last)) {
    return state(
      'Unmanaged',
      last.version === current.version
        ? 'release digest verification error: the record was changed'
        : 'release not observed to be made for object',
    );
  }
  switch (status) {
    case 'failed':
      return state('Failed');
    case 'uninstalled':
      return state('Absent', 'found uninstalled release in storage');
    case 'deployed':
      break;
    default:
      throw new UnknownReleaseStateError(status);
  }
  return (
    changed(input, last) ??
    tested(input, current) ??
    (await drifted(input, last)) ??
    state('InSync')
  );
}

/** Whether something else is wanted now. */
function changed<D>(
  { object, wanted }: StateInput<D>,
  last: Release,
): ReleaseState<D> | undefined {
  const metadata = last.chart?.metadata;
  if (
    metadata?.name !== wanted.chart.name ||
    metadata.version !== wanted.chart.version
  ) {
    return state('OutOfSync', 'release chart changed');
  }
  if (configDigest(last.config) !== wanted.configDigest) {
    return state('OutOfSync', 'release config values changed');
  }
  // What was not seen by the last attempt may be what changed.
  const { status, metadata: own } = object;
  if (status?.observedGeneration === own.generation) {
    return undefined;
  }
  if (
    wanted.postRenderersDigest !== (status?.observedPostRenderersDigest ?? '')
  ) {
    return state('OutOfSync', 'postrenderers digest has changed');
  }
  if (
    wanted.commonMetadataDigest !== (status?.observedCommonMetadataDigest ?? '')
  ) {
    return state('OutOfSync', 'common metadata digest has changed');
  }
  return undefined;
}

function tested<D>(
  { object }: StateInput<D>,
  current: Parameters<typeof hasBeenTested>[0],
): ReleaseState<D> | undefined {
  if (!object.spec.test?.enable) {
    return undefined;
  }
  if (!hasBeenTested(current)) {
    return state('Untested');
  }
  const policy = activePolicyOf(object);
  return policy && !policy.ignoreTestFailures && hasFailedTest(current)
    ? state('Failed', 'release has test in failed phase')
    : undefined;
}

async function drifted<D>(
  { object, findDrift }: StateInput<D>,
  last: Release,
): Promise<ReleaseState<D> | undefined> {
  const { mode = 'disabled' } = object.spec.driftDetection ?? {};
  const drift = mode === 'disabled' ? undefined : await findDrift?.(last);
  return drift && { ...state('Drifted'), drift };
}

function state(
  type: ReleaseStateType,
  reason = '',
): { type: typeof type; reason: string } {
  return { type, reason };
}
