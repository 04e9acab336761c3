import type { JsonObject, JsonValue } from '../../json/value';
import { asObject, at, equal } from '../../json/value';
import {
  annotationsOf,
  createdAt,
  labelsOf,
  nameOf,
  numberAt,
  withMetadata,
} from '../objects';

/** Annotation that counts the templates a Deployment has had. */
export const REVISION = 'deployment.kubernetes.io/revision';
/** Annotations by which a ReplicaSet knows how its Deployment is scaled. */
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
/** Label that tells ReplicaSets of a Deployment apart. */
export const TEMPLATE_HASH = 'pod-template-hash';

/** How many pods a Deployment asks for. */
export function replicasOf(object: JsonObject): number {
  return numberAt(object, 1, 'spec', 'replicas');
}

/** Whether a Deployment replaces all its pods at once. */
export function isRecreate(deployment: JsonObject): boolean {
  return at(deployment, 'spec', 'strategy', 'type') === 'Recreate';
}

/** Pods beyond the wanted number, and pods that may be missing, during a roll-out (`ResolveFenceposts`). */
export function fenceposts(deployment: JsonObject): {
  maxSurge: number;
  maxUnavailable: number;
} {
  if (isRecreate(deployment)) return { maxSurge: 0, maxUnavailable: 0 };
  const replicas = replicasOf(deployment);
  const update = asObject(at(deployment, 'spec', 'strategy', 'rollingUpdate'));
  const maxSurge = portion(update.maxSurge, replicas, Math.ceil);
  const maxUnavailable = portion(update.maxUnavailable, replicas, Math.floor);
  // Something has to move.
  return maxSurge === 0 && maxUnavailable === 0
    ? { maxSurge, maxUnavailable: 1 }
    : { maxSurge, maxUnavailable: Math.min(maxUnavailable, replicas) };
}

/** A number, or a percentage of another one. */
export function portion(
  value: JsonValue | undefined,
  whole: number,
  round: (exact: number) => number,
): number {
  if (typeof value !== 'string') return Number(value ?? 0);
  return round((Number.parseInt(value, 10) * whole) / 100);
}

/** The ReplicaSet that has a Deployment's present template: the oldest of them. */
export function findNewSet(
  deployment: JsonObject,
  sets: JsonObject[],
): JsonObject | undefined {
  const template = asObject(at(deployment, 'spec', 'template'));
  return byAge(sets).find(set =>
    equal(withoutHash(asObject(at(set, 'spec', 'template'))), template),
  );
}

function withoutHash(template: JsonObject): JsonObject {
  const { [TEMPLATE_HASH]: hash, ...labels } = labelsOf(template);
  return withMetadata(template, { labels });
}

/** A Deployment's or ReplicaSet's revision; 0 where it has none. */
export function revisionOf(object: JsonObject): number {
  return Number(annotationsOf(object)[REVISION] ?? 0) || 0;
}

/** ReplicaSets, the oldest first. */
export function byAge(sets: JsonObject[]): JsonObject[] {
  return [...sets].sort(
    (a, b) => createdAt(a) - createdAt(b) || (nameOf(a) < nameOf(b) ? -1 : 1),
  );
}

/** The sum of a number over ReplicaSets. */
export function total(
  sets: Array<JsonObject | undefined>,
  ...path: string[]
): number {
  return sets.reduce(
    (sum, set) => sum + (set ? numberAt(set, 0, ...path) : 0),
    0,
  );
}

// What belongs to the Deployment alone.
const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
]);
const OWN_PREFIX = 'backstage-gitops.io/sandbox-';

/** The annotations of a Deployment that its ReplicaSets get. */
export function copiedAnnotations(deployment: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(annotationsOf(deployment)).filter(
      ([key]) => !NOT_COPIED.has(key) && !key.startsWith(OWN_PREFIX),
    ),
  );
}

/** The annotations that tell how a Deployment is scaled. */
export function scaleAnnotations(deployment: JsonObject): JsonObject {
  const replicas = replicasOf(deployment);
  return {
    [DESIRED_REPLICAS]: String(replicas),
    [MAX_REPLICAS]: String(replicas + fenceposts(deployment).maxSurge),
  };
}
