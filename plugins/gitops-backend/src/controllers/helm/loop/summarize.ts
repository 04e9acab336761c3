import { ConditionType } from '@backstage-gitops/plugin-gitops-common';
import { postRenderDigests } from '../render/postRenderDigests';
import { HelmRun } from './ReleaseRequest';

/** As a condition of a HelmRelease names it (Flux 2.9). */
export const HelmReason = {
  InstallSucceeded: 'InstallSucceeded',
  InstallFailed: 'InstallFailed',
  UpgradeSucceeded: 'UpgradeSucceeded',
  UpgradeFailed: 'UpgradeFailed',
  TestSucceeded: 'TestSucceeded',
  TestFailed: 'TestFailed',
  AwaitingTests: 'AwaitingTests',
  RollbackSucceeded: 'RollbackSucceeded',
  RollbackFailed: 'RollbackFailed',
  UninstallSucceeded: 'UninstallSucceeded',
  UninstallFailed: 'UninstallFailed',
  PendingRelease: 'PendingRelease',
  DriftDetected: 'DriftDetected',
  NoDriftDetected: 'NoDriftDetected',
  DriftCorrected: 'DriftCorrected',
  DriftCorrectionFailed: 'DriftCorrectionFailed',
} as const;

/**
 * Brings `Ready` to what the newest of the conditions of the release says; of those
 * of one generation, the first of the list decides. A release that was remediated
 * is not ready (Flux 2.9).
 */
export function summarize(run: HelmRun): void {
  const { conditions, object } = run;
  const { test } = object.spec;
  if (!test?.enable) {
    conditions.delete(ConditionType.TestSuccess);
  }
  const candidates = [
    ConditionType.Remediated,
    ...(test?.enable && !test.ignoreFailures
      ? [ConditionType.TestSuccess]
      : []),
    ConditionType.Released,
  ].flatMap(type => conditions.get(type) ?? []);
  const [first, ...others] = candidates;
  if (!first) {
    return;
  }
  const generationOf = ({ observedGeneration = 0 }: typeof first) =>
    observedGeneration;
  const winner = others.reduce(
    (best, next) => (generationOf(next) > generationOf(best) ? next : best),
    first,
  );
  const isRemediated = winner.type === ConditionType.Remediated;
  const ready = isRemediated ? 'False' : winner.status;
  if (ready === 'True') {
    conditions.delete(ConditionType.Stalled);
  }
  conditions.set(ConditionType.Ready, ready, winner.reason, winner.message);
  noteRendering(run);
}

/** With what the release was rendered. */
function noteRendering({ object, status }: HelmRun): void {
  const { postRenderersDigest, commonMetadataDigest } =
    postRenderDigests(object);
  setOrDelete(status, 'observedPostRenderersDigest', postRenderersDigest);
  setOrDelete(status, 'observedCommonMetadataDigest', commonMetadataDigest);
}

function setOrDelete<K extends string>(
  status: Partial<Record<K, string>>,
  key: K,
  value: string,
): void {
  if (value) {
    status[key] = value;
  } else {
    delete status[key];
  }
}
