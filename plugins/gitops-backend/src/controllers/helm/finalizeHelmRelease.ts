import { ReleaseRecords } from '@backstage-gitops/helm/actions';
import { ClusterClient } from '@backstage-gitops/kubernetes-apply';
import {
  isJsonObject,
  KubernetesObject,
  parseManifests,
} from '@backstage-gitops/kubernetes-yaml';
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
import { ownerLabels } from './chart/chartTemplate';
import { HelmRun } from './loop/ReleaseRequest';
import { HelmReason } from './loop/summarize';
import { newestFirst } from './release/history';
import { releaseTarget, ReleaseTarget } from './release/names';
import { snapshotOf } from './release/snapshots';

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

/** What the history says that there is; without one, an install may have begun. */
function currentTarget(object: HelmRelease): ReleaseTarget | undefined {
  const [current] = newestFirst(object.status?.history);
  const { storageNamespace } = object.status ?? {};
  if (!storageNamespace) {
    return undefined;
  }
  const { name, namespace } = current ?? releaseTarget(object);
  return { name, namespace, storageNamespace };
}

/** Takes a revision into the history that a killed process has begun for this object. */
async function adoptBegun(
  run: HelmRun,
  client: ClusterClient,
  { name, storageNamespace: namespace }: ReleaseTarget,
): Promise<void> {
  const records = new ReleaseRecords({ client, namespace });
  const last = await records.last(name, { signal: run.signal });
  const isOurs =
    last &&
    parseManifests(last.manifest).some(
      object =>
        isJsonObject(object) &&
        Object.entries(ownerLabels(run.object)).every(
          ([label, value]) =>
            (object as KubernetesObject).metadata.labels?.[label] === value,
        ),
    );
  if (isOurs) {
    run.status.history = [snapshotOf(last)];
  }
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
  if (!run.status.history?.length) {
    await adoptBegun(run, opened.client, target);
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
