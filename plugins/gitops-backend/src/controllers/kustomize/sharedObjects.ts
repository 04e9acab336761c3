import { ChangeSet, subjectOf } from '@backstage-gitops/kubernetes-apply';
import {
  Artifact,
  formatObject,
  GitopsObject,
  Kustomization,
  sameRevision,
} from '@backstage-gitops/plugin-gitops-common';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { referenceTo } from '../../homes/ObjectCache';
import { sourceReference } from './loadSource';

const SHOWN = 5;

/**
 * Other Kustomizations that deliver what was changed just now, as a sentence.
 * Whoever applies last has the object (Flux 2.9, which says nothing of it): two
 * that do change it back and forth. One that has not seen its last revision yet
 * may be about to let go of it, as where an object moves between the two.
 */
export function describeShared(
  run: ReconcileRun<Kustomization>,
  changes: ChangeSet,
): string | undefined {
  const changed = new Map(
    changes.entries
      .filter(({ action }) => action === 'configured')
      .map(({ id, ref }) => [id, subjectOf(ref)]),
  );
  if (changed.size === 0) {
    return undefined;
  }
  const shared = (
    run.home.cache.list(run.kind.kind) as Kustomization[]
  ).flatMap(other => {
    const subjects = (other.status?.inventory?.entries ?? []).flatMap(
      ({ id }) => changed.get(id) ?? [],
    );
    return subjects.length > 0 &&
      !isSame(other, run.object) &&
      claims(run, other)
      ? subjects.map(
          subject => `${subject} (${formatObject(referenceTo(other))})`,
        )
      : [];
  });
  if (shared.length === 0) {
    return undefined;
  }
  const more = shared.length - SHOWN;
  return `Other Kustomizations deliver the same objects, and each changes what the other did; take them out of one of the two: ${shared
    .slice(0, SHOWN)
    .join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function isSame(one: Kustomization, other: Kustomization): boolean {
  return (
    one.metadata.name === other.metadata.name &&
    one.metadata.namespace === other.metadata.namespace
  );
}

/** It delivers to the same cluster, and goes on with what it has. */
function claims(
  { home, object }: ReconcileRun<Kustomization>,
  other: Kustomization,
): boolean {
  const source = home.cache.get(sourceReference(other)) as
    GitopsObject<object, { artifact?: Artifact }> | undefined;
  return (
    !other.spec.suspend &&
    !other.metadata.deletionTimestamp &&
    clusterOf(other) === clusterOf(object) &&
    other.status?.observedGeneration === other.metadata.generation &&
    sameRevision(
      other.status?.lastAppliedRevision ?? '',
      source?.status?.artifact?.revision ?? '',
    )
  );
}

function clusterOf({ metadata, spec }: Kustomization): string {
  return spec.kubeConfig
    ? JSON.stringify([metadata.namespace, spec.kubeConfig])
    : '';
}
