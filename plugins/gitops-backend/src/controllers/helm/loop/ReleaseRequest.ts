import { Values } from '@backstage-gitops/helm';
import { RenderRelease } from '@backstage-gitops/helm/actions';
import { ClusterClient, HealthRule } from '@backstage-gitops/kubernetes-apply';
import { HelmRelease } from '@backstage-gitops/plugin-gitops-common';
import { ReconcileRun } from '../../../engine/reconcile/ReconcileRun';
import { Course } from '../../kustomize/GivingWay';
import { PackedChartOfRelease } from '../chart/LoadedChart';
import { ReleaseTarget } from '../release/names';
import { ReleaseRenderer } from '../render/ReleaseRenderer';
import { SecretMask } from '../render/SecretMask';

/** A run of a HelmRelease. */
export type HelmRun = ReconcileRun<HelmRelease>;

/** The release of a HelmRelease, and who reaches it. */
export interface ReleaseAccess {
  run: HelmRun;
  /** Of the cluster of the release, as the identity that may act there. */
  client: ClusterClient;
  target: ReleaseTarget;
  /** Ends actions between two of their steps. */
  signal: AbortSignal;
  /** The process stops: what waits gives up. */
  stopping: AbortSignal;
  /** Of `spec.healthCheckExprs`. */
  rules: readonly HealthRule[];
  /** What must not be told. */
  mask?: SecretMask;
}

/** What is to be released. */
export interface ReleaseRequest extends ReleaseAccess {
  course: Course;
  chart: PackedChartOfRelease;
  /** As they were composed. */
  values: Values;
  renderer: Pick<
    ReleaseRenderer,
    'rendererFor' | 'chartOf' | 'forgetCapabilities'
  >;
}

/** A rendering that ends the attempt where something newer has come meanwhile. */
export function renderOf(
  request: ReleaseRequest,
  values: Values,
  options: { skipSchema?: boolean } = {},
): RenderRelease {
  const { run, chart, client, mask, course, renderer } = request;
  const { bytes, digest, version } = chart;
  return renderer.rendererFor(run, {
    chart: { bytes, digest, version },
    ...{ values, client, mask, signal: course.signal },
    skipSchema: options.skipSchema,
    onWarnings: warnings =>
      warnings.forEach(warning => run.logger.debug(warning)),
  });
}

/** A HelmRelease as this run has left it so far. */
export function present({ object, status }: HelmRun): HelmRelease {
  return { ...object, status };
}
