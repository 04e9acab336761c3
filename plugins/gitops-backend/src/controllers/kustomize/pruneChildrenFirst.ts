import {
  ClusterClient,
  DeletionTimeoutError,
  prune,
  PruneResult,
  refOfEntry,
  subjectOf,
  TerminatingObject,
  waitForDeletion,
} from '@backstage-gitops/kubernetes-apply';
import {
  Kustomization,
  ResourceRef,
} from '@backstage-gitops/plugin-gitops-common';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { ownerLabels } from './ownerLabels';

/** Kinds whose finalizers act as ServiceAccounts, or with kubeconfigs of Secrets. */
const DELIVERIES: ReadonlySet<string> = new Set([
  'kustomize.toolkit.fluxcd.io/Kustomization',
  'helm.toolkit.fluxcd.io/HelmRelease',
]);

/** What became of a prune that may have to pause. */
export interface OrderedPrune extends PruneResult {
  /** Deliveries that are deleted and have not finished. */
  unfinished: TerminatingObject[];
  /** Not looked at yet: it may be what the unfinished ones need. */
  postponed: ResourceRef[];
  /** False where all of `deleted` was being deleted already. */
  isNews: boolean;
}

/**
 * Deletes deliveries first, and all the rest once they are gone: their finalizers
 * need ServiceAccounts, kubeconfigs and rights that may be part of the same set
 * (Flux 2.9 deletes all at once, which leaves behind what they delivered). Holds
 * no worker: where some have not finished, the next run continues.
 */
export async function pruneChildrenFirst(
  run: ReconcileRun<Kustomization>,
  client: ClusterClient,
  entries: readonly ResourceRef[],
): Promise<OrderedPrune> {
  const isChild = childrenOf(run);
  const children = entries.filter(isChild);
  const rest = entries.filter(entry => !isChild(entry));
  let writes = 0;
  const pruneAll = (set: readonly ResourceRef[]) =>
    prune({
      client,
      entries: set,
      ownerLabels: ownerLabels(run.object),
      signal: run.signal,
      beforeWrite: () => {
        run.claim.assertHeld();
        writes += 1;
      },
    });
  const first = await pruneAll(children);
  const unfinished = await stillThere(run, client, first);
  if (unfinished.length > 0 || first.failed.length > 0) {
    return { ...first, unfinished, postponed: rest, isNews: writes > 0 };
  }
  const then = await pruneAll(rest);
  return {
    deleted: [...first.deleted, ...then.deleted],
    missing: [...first.missing, ...then.missing],
    skipped: [...first.skipped, ...then.skipped],
    failed: then.failed,
    unfinished: [],
    postponed: [],
    isNews: writes > 0,
  };
}

/** What was deleted and is not gone, with what keeps it; one look. */
export async function stillThere(
  run: ReconcileRun<Kustomization>,
  client: ClusterClient,
  { deleted }: Pick<PruneResult, 'deleted'>,
): Promise<TerminatingObject[]> {
  if (deleted.length === 0) {
    return [];
  }
  try {
    await waitForDeletion({
      client,
      deleted,
      ownerLabels: ownerLabels(run.object),
      timeoutMs: 0,
      signal: run.signal,
    });
    return [];
  } catch (error) {
    if (error instanceof DeletionTimeoutError) {
      return [...error.objects];
    }
    throw error;
  }
}

const SHOWN = 10;

/** Objects and the finalizers that keep them, as one line. */
export function describeTerminating(
  objects: readonly TerminatingObject[],
): string {
  const shown = objects.slice(0, SHOWN).map(({ ref, finalizers }) => {
    const kept =
      finalizers.length > 0 ? ` (finalizers: ${finalizers.join(', ')})` : '';
    return `${subjectOf(ref)}${kept}`;
  });
  const more = objects.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** A delivery that applies itself must not wait for itself. */
function childrenOf(
  run: ReconcileRun<Kustomization>,
): (entry: ResourceRef) => boolean {
  return entry => {
    let ref;
    try {
      ref = refOfEntry(entry);
    } catch {
      return false;
    }
    const group = ref.apiVersion.split('/')[0];
    const isItself =
      group === run.kind.group &&
      ref.kind === run.kind.kind &&
      ref.name === run.name &&
      ref.namespace === run.namespace;
    return DELIVERIES.has(`${group}/${ref.kind}`) && !isItself;
  };
}
