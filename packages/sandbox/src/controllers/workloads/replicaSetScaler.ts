import type { JsonObject } from '../../json/value';
import { asObject, equal } from '../../json/value';
import type { ControllerContext } from '../controllerContext';
import { annotationsOf, nameOf, numberAt, withMetadata } from '../objects';
import {
  byAge,
  fenceposts,
  isRecreate,
  MAX_REPLICAS,
  replicasOf,
  revisionOf,
  scaleAnnotations,
  total,
} from './rollout';

const MANAGER = 'kube-controller-manager';

/** Changes the sizes of a Deployment's ReplicaSets (Kubernetes 1.34, `pkg/controller/deployment`: `sync.go`, `rolling.go`). */
export class ReplicaSetScaler {
  constructor(private readonly context: ControllerContext) {}

  /** Sets a ReplicaSet's size. Returns whether it changed. */
  scaleTo(deployment: JsonObject, set: JsonObject, replicas: number): boolean {
    const before = replicasOf(set);
    const annotations = {
      ...annotationsOf(set),
      ...scaleAnnotations(deployment),
    };
    if (before === replicas && equal(annotations, annotationsOf(set))) {
      return false;
    }
    const next = {
      ...withMetadata(set, { annotations }),
      spec: { ...asObject(set.spec), replicas },
    };
    this.context.attempt(() => this.context.update(set, next, MANAGER));
    if (before === replicas) return false;
    this.context.events.record(deployment, {
      type: 'Normal',
      reason: 'ScalingReplicaSet',
      message: `Scaled ${replicas > before ? 'up' : 'down'} replica set ${nameOf(set)} from ${before} to ${replicas}`,
      component: 'deployment-controller',
    });
    return true;
  }

  /** How large the new ReplicaSet may be now (`NewRSNewReplicas`). */
  newSize(deployment: JsonObject, sets: JsonObject[], current: number): number {
    const wanted = replicasOf(deployment);
    if (isRecreate(deployment)) return wanted;
    const limit = wanted + fenceposts(deployment).maxSurge;
    const pods = total(sets, 'spec', 'replicas');
    if (pods >= limit) return current;
    return current + Math.min(limit - pods, wanted - current);
  }

  /** Brings the new ReplicaSet towards its size. */
  growNew(
    deployment: JsonObject,
    newSet: JsonObject,
    sets: JsonObject[],
  ): boolean {
    const wanted = replicasOf(deployment);
    const current = replicasOf(newSet);
    if (current === wanted) return false;
    const size =
      current > wanted ? wanted : this.newSize(deployment, sets, current);
    return this.scaleTo(deployment, newSet, size);
  }

  /** Takes pods from old ReplicaSets as far as availability allows; unhealthy ones first. */
  shrinkOld(
    deployment: JsonObject,
    newSet: JsonObject,
    oldSets: JsonObject[],
  ): boolean {
    const sets = [newSet, ...oldSets];
    if (total(oldSets, 'spec', 'replicas') === 0) return false;
    const needed =
      replicasOf(deployment) - fenceposts(deployment).maxUnavailable;
    const missing =
      replicasOf(newSet) - numberAt(newSet, 0, 'status', 'availableReplicas');
    const room = total(sets, 'spec', 'replicas') - needed - missing;
    if (room <= 0) return false;
    const sizes = new Map(oldSets.map(set => [set, replicasOf(set)]));
    this.dropUnhealthy(sizes, room);
    this.dropSpare(sizes, total(sets, 'status', 'availableReplicas') - needed);
    let changed = false;
    for (const [set, size] of sizes) {
      if (size !== replicasOf(set)) {
        changed = this.scaleTo(deployment, set, size) || changed;
      }
    }
    return changed;
  }

  /** Empties ReplicaSets. */
  empty(deployment: JsonObject, sets: JsonObject[]): boolean {
    return sets
      .filter(set => replicasOf(set) > 0)
      .map(set => this.scaleTo(deployment, set, 0))
      .some(Boolean);
  }

  /** Follows a change of the wanted number, in proportion where several ReplicaSets have pods. */
  scale(
    deployment: JsonObject,
    newSet: JsonObject | undefined,
    oldSets: JsonObject[],
  ): void {
    const single = activeOrLatest(newSet, oldSets);
    const wanted = replicasOf(deployment);
    if (single) {
      this.scaleTo(deployment, single, wanted);
      return;
    }
    if (newSet && isSaturated(deployment, newSet)) {
      this.empty(deployment, oldSets);
      return;
    }
    if (isRecreate(deployment)) return;
    this.scaleInProportion(
      deployment,
      [newSet, ...oldSets].filter(isActiveSet),
    );
  }

  private scaleInProportion(deployment: JsonObject, sets: JsonObject[]): void {
    const wanted = replicasOf(deployment);
    const limit = wanted > 0 ? wanted + fenceposts(deployment).maxSurge : 0;
    const toAdd = limit - total(sets, 'spec', 'replicas');
    const sorted = bySize(sets, toAdd > 0);
    let added = 0;
    const sizes = sorted.map(set => {
      if (toAdd === 0) return replicasOf(set);
      const share = fraction(deployment, set, limit);
      const left = toAdd - added;
      const part = toAdd > 0 ? Math.min(share, left) : Math.max(share, left);
      added += part;
      return replicasOf(set) + part;
    });
    for (const [index, set] of sorted.entries()) {
      const rest = index === 0 ? toAdd - added : 0;
      this.scaleTo(deployment, set, Math.max(0, sizes[index] + rest));
    }
  }

  private dropUnhealthy(sizes: Map<JsonObject, number>, room: number): void {
    let left = room;
    for (const set of byAge([...sizes.keys()])) {
      const size = sizes.get(set)!;
      const unhealthy = size - numberAt(set, 0, 'status', 'availableReplicas');
      const count = Math.max(0, Math.min(left, unhealthy, size));
      sizes.set(set, size - count);
      left -= count;
    }
  }

  private dropSpare(sizes: Map<JsonObject, number>, spare: number): void {
    let left = Math.max(0, spare);
    for (const set of byAge([...sizes.keys()])) {
      const count = Math.min(left, sizes.get(set)!);
      sizes.set(set, sizes.get(set)! - count);
      left -= count;
    }
  }
}

function isActiveSet(set: JsonObject | undefined): set is JsonObject {
  return set !== undefined && replicasOf(set) > 0;
}

/** The ReplicaSet to scale when no more than one has pods. */
function activeOrLatest(
  newSet: JsonObject | undefined,
  oldSets: JsonObject[],
): JsonObject | undefined {
  const active = [newSet, ...oldSets].filter(isActiveSet);
  if (active.length === 1) return active[0];
  if (active.length > 1) return undefined;
  return newSet ?? byAge(oldSets).at(-1);
}

function isSaturated(deployment: JsonObject, set: JsonObject): boolean {
  const wanted = replicasOf(deployment);
  return (
    replicasOf(set) === wanted &&
    Number(annotationsOf(set)['deployment.kubernetes.io/desired-replicas']) ===
      wanted &&
    numberAt(set, 0, 'status', 'availableReplicas') === wanted
  );
}

function bySize(sets: JsonObject[], newestFirst: boolean): JsonObject[] {
  return [...sets].sort(
    (a, b) =>
      replicasOf(b) - replicasOf(a) ||
      (newestFirst ? 1 : -1) * (revisionOf(b) - revisionOf(a)),
  );
}

function fraction(
  deployment: JsonObject,
  set: JsonObject,
  limit: number,
): number {
  if (replicasOf(deployment) === 0) return -replicasOf(set);
  const before =
    Number(annotationsOf(set)[MAX_REPLICAS]) ||
    numberAt(deployment, 0, 'status', 'replicas') ||
    1;
  return Math.round((replicasOf(set) * limit) / before) - replicasOf(set);
}
