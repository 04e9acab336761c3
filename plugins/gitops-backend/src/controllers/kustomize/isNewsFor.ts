import {
  Artifact,
  ConditionType,
  GitopsObject,
  Kustomization,
  kustomizationKind,
  Reason,
  sameRevision,
} from '@backstage-gitops/plugin-gitops-common';
import { isConfig } from './configReferences';
import { unmetDependency } from './checkDependencies';

/** Whether a change of its source, or of what it depends on, is worth a run now. */
export function isNewsFor(
  object: Kustomization,
  changed: GitopsObject,
  before: GitopsObject | undefined,
): boolean {
  if (object.spec.suspend) {
    return false;
  }
  if (isConfig(changed)) {
    return true;
  }
  const ready = object.status?.conditions?.find(
    condition => condition.type === ConditionType.Ready,
  );
  if (changed.kind === kustomizationKind.kind) {
    return (
      ready?.reason === Reason.DependencyNotReady &&
      unmetDependency(
        object,
        changed as Kustomization,
        object.status?.lastAttemptedRevision ?? '',
      ) !==
        `dependency '${changed.metadata.namespace}/${changed.metadata.name}' is not ready`
    );
  }
  // Only the news itself counts: an object that failed at this artifact
  // before it could say so in its status would wake itself for ever.
  const artifact = artifactOf(changed);
  return (
    before !== undefined &&
    artifact !== undefined &&
    artifact.digest !== artifactOf(before)?.digest &&
    !sameRevision(object.status?.lastAttemptedRevision ?? '', artifact.revision)
  );
}

function artifactOf(object: GitopsObject): Artifact | undefined {
  return (object.status as { artifact?: Artifact } | undefined)?.artifact;
}
