import {
  ConditionType,
  GitopsObject,
  HelmRelease,
  helmReleaseKind,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import { ObjectReference } from '../../homes/ObjectReference';
import { isConfig } from '../kustomize/configReferences';
import { ChartSource, sourceState } from './chart/sourceState';
import { isReady } from './dependencies';

/** The ConfigMaps and Secrets that a HelmRelease is made with (those that Flux watches). */
export function configReferences({
  metadata,
  spec,
}: HelmRelease): ObjectReference[] {
  const { namespace = 'default' } = metadata;
  const { kubeConfig, valuesFrom = [] } = spec;
  return [
    ...(kubeConfig?.secretRef
      ? [{ kind: 'Secret', name: kubeConfig.secretRef.name }]
      : []),
    ...(kubeConfig?.configMapRef
      ? [{ kind: 'ConfigMap', name: kubeConfig.configMapRef.name }]
      : []),
    ...valuesFrom.map(({ kind, name }) => ({ kind, name })),
  ].map(reference => ({ ...reference, namespace }));
}

/**
 * Whether a change of its chart's source, of its values, or of what it depends on is
 * worth a run now.
 */
export function isNewsFor(
  object: HelmRelease,
  changed: GitopsObject,
  before: GitopsObject | undefined,
  now: number,
): boolean {
  if (object.spec.suspend) {
    return false;
  }
  if (isConfig(changed)) {
    return true;
  }
  const reason = object.status?.conditions?.find(
    ({ type }) => type === ConditionType.Ready,
  )?.reason;
  if (changed.kind === helmReleaseKind.kind) {
    return (
      reason === Reason.DependencyNotReady &&
      (isReady(changed as HelmRelease) || hasExpression(object))
    );
  }
  // Only the news itself counts: what failed at this artifact before it could
  // say so in its status would wake itself for ever.
  if (before === undefined) {
    return false;
  }
  const [is, was] = [changed, before].map(source =>
    sourceState(source as ChartSource, now),
  );
  if (is.type === 'unready') {
    // That there will be no chart so soon has been found out just now.
    return (
      was.type === 'unready' &&
      was.quietUntil !== undefined &&
      is.quietUntil === undefined
    );
  }
  return (
    was.type === 'unready' ||
    was.artifact.digest !== is.artifact.digest ||
    was.artifact.revision !== is.artifact.revision
  );
}

/** What it says of a dependency may be true before that is ready. */
function hasExpression({ spec }: HelmRelease): boolean {
  return (spec.dependsOn ?? []).some(({ readyExpr }) => readyExpr);
}
