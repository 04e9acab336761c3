import {
  applyObjects,
  ChangeSet,
  ClusterClient,
  healthOf,
  HealthRule,
  inventoryOf,
  ObjectRef,
} from '@backstage-gitops/kubernetes-apply';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  FieldManager,
  Kustomization,
  ResourceRef,
} from '@backstage-gitops/plugin-gitops-common';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { DeliveryViews, refKey } from './DeliveryViews';
import { Course } from './GivingWay';
import { ownerLabels } from './ownerLabels';
import { pendingOwnerOf } from './knownInventory';
import { PendingInventory } from './PendingInventory';

/** What an apply left in the cluster. */
export interface AppliedManifests {
  changes: ChangeSet;
  /** In the order of the apply, skipped objects too (as Flux). */
  inventory: ResourceRef[];
  /** Objects whose health `spec.wait` is about: all but the skipped ones. */
  targets: ObjectRef[];
  /** By {@link refKey}: those that are healthy as the server answered. */
  healthy: ReadonlySet<string>;
  /** By {@link refKey}: the versions that the server answered with. */
  versions: ReadonlyMap<string, string>;
}

/**
 * Applies the objects of a delivery. What a stage is about to create is written
 * to the plugin database before it, and each write checks that the claim holds.
 *
 * @throws ApplyError with what was applied before
 */
export async function applyManifests(options: {
  run: ReconcileRun<Kustomization>;
  client: ClusterClient;
  objects: readonly KubernetesObject[];
  pending: PendingInventory;
  views: DeliveryViews;
  /** It ends between two stages where the attempt gives way. */
  course: Course;
  /** Gets what is written, for an apply that does not come to its end. */
  made: ChangeSet;
  rules: readonly HealthRule[];
}): Promise<AppliedManifests> {
  const { run, pending, client, views, rules } = options;
  const { course, made } = options;
  const { spec } = run.object;
  const healthy = new Set<string>();
  const versions = new Map<string, string>();
  /** Of the stage that is being written. */
  let unwritten = 0;
  const changes = await applyObjects({
    client,
    objects: options.objects,
    fieldManager: FieldManager.kustomize,
    ownerLabels: ownerLabels(run.object),
    commonMetadata: spec.commonMetadata,
    defaultNamespace: run.namespace,
    force: spec.force,
    ignore: spec.ignore,
    signal: course.signal,
    onStage: async (entries, stage) => {
      course.release();
      course.signal.throwIfAborted();
      course.hold();
      await pending.add(pendingOwnerOf(run), entries, run.claim);
      unwritten = stage === 'other' ? Infinity : entries.length;
    },
    onProgress: ({ change }) => {
      if (change.action === 'created' || change.action === 'configured') {
        made.entries.push(change);
        unwritten -= 1;
        if (unwritten === 0) {
          course.release();
        }
      }
    },
    beforeWrite: () => run.claim.assertHeld(),
    findAbsent: refs => views.absent(run, client, refs),
    onLive: (ref, object) => {
      const key = refKey(ref);
      versions.set(key, object.metadata.resourceVersion ?? '');
      if (healthOf(object, { rules }).status === 'Current') {
        healthy.add(key);
      }
    },
  });
  return {
    changes,
    inventory: inventoryOf(changes),
    targets: changes.entries
      .filter(({ action }) => action !== 'skipped')
      .map(({ ref }) => ref),
    healthy,
    versions,
  };
}
