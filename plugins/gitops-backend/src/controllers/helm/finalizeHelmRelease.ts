import {
  ConditionType,
  HelmRelease,
} from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { done, Outcome, retry } from '../../engine/run/Outcome';
import { TargetError } from '../../targets/TargetError';
import { describeReplacedTarget } from '../../targets/TargetPins';
import { DeliveryTarget, DeliveryTargets } from '../kustomize/DeliveryTargets';
import { missingAccount } from '../kustomize/missingAccount';
import { messageOf } from '../kustomize/reports';
import { uninstall } from './actions/uninstall';
import { ChartSources } from './chart/ChartSources';
import { HelmRun } from './loop/ReleaseRequest';
import { HelmReason } from './loop/summarize';
import { newestFirst } from './release/history';
import { ReleaseTarget } from './release/names';

/** What a deletion needs. */
export interface DeletionParts {
  charts: Pick<ChartSources, 'remove'>;
  targets: DeliveryTargets;
  /** The process stops. */
  stopping: AbortSignal;
}

/**
 * The HelmRelease is being deleted: uninstalls its release, unless it is suspended,
 * and deletes the HelmChart that was made for it (Flux 2.9).
 */
export async function finalizeHelmRelease(
  run: HelmRun,
  parts: DeletionParts,
): Promise<Outcome> {
  const target = currentTarget(run.object);
  if (!run.object.spec.suspend) {
    const problem = target && (await uninstallFor(run, target, parts));
    if (problem) {
      return retry(problem);
    }
    await parts.charts.remove(run);
  }
  await parts.targets.forget(run);
  return done(null);
}

/** What the history says that there is. */
function currentTarget({ status }: HelmRelease): ReleaseTarget | undefined {
  const [current] = newestFirst(status?.history);
  const { storageNamespace } = status ?? {};
  return current && storageNamespace
    ? { name: current.name, namespace: current.namespace, storageNamespace }
    : undefined;
}

async function uninstallFor(
  run: HelmRun,
  target: ReleaseTarget,
  { targets, stopping }: DeletionParts,
): Promise<Error | undefined> {
  const account = await missingAccount(run);
  if (account) {
    await run.report({
      event: 'Warning',
      reason: HelmReason.UninstallFailed,
      message: `skipping Helm release uninstallation: the ServiceAccount ${run.namespace}/${account} is gone, and nobody is left who may do it; the release ${target.namespace}/${target.name} stays`,
    });
    return undefined;
  }
  let opened: DeliveryTarget;
  try {
    opened = await targets.open(run);
    if (opened.replaced) {
      throw new TargetError(describeReplacedTarget(opened.replaced));
    }
  } catch (error) {
    assertError(error);
    run.signal.throwIfAborted();
    const message = `failed to reach the cluster of the release to uninstall it: ${messageOf(error)}; to leave it behind, set spec.suspend`;
    await run.report({
      condition: { type: ConditionType.Ready, status: 'False' },
      event: 'Warning',
      reason: HelmReason.UninstallFailed,
      message,
    });
    return new Error(message);
  }
  const result = await uninstall({
    ...{ run, target, stopping, client: opened.client },
    ...{ signal: run.signal, rules: [] },
  });
  if (result.type === 'error') {
    return result.error;
  }
  delete run.status.history;
  delete run.status.storageNamespace;
  return undefined;
}
