import type { JsonObject } from '../../json/value';
import { annotationsOf, controllerOf } from '../objects';
import type { OwnerIndex } from '../ownerIndex';

/** Annotation that says how pods fare; on a workload for all its pods, on its pod template for those of one revision. */
export const HEALTH_ANNOTATION = 'backstage-gitops.io/sandbox-health';
/** Annotation that says how long a pod takes until it is ready, or done: `30s`, `2m`, `500ms`. */
export const DURATION_ANNOTATION = 'backstage-gitops.io/sandbox-duration';

const HEALTHS = [
  'ready',
  'progressing',
  'failed',
  'crash-loop',
  'image-pull-failure',
] as const;

/** How pods are told to fare. */
export type Health = (typeof HEALTHS)[number];

/** What was asked of a pod. */
export interface Behaviour {
  health: Health;
  /** Milliseconds until a container is ready or done. */
  durationMs: number;
}

/** The health that an object's own annotation asks for. */
export function healthOf(object: JsonObject): Health | undefined {
  const value = annotationsOf(object)[HEALTH_ANNOTATION];
  return HEALTHS.find(health => health === value);
}

/** What annotations of a pod, or else of those that control it, ask for. */
export function behaviourOf(pod: JsonObject, owners: OwnerIndex): Behaviour {
  let health: Health | undefined;
  let durationMs: number | undefined;
  let object: JsonObject | undefined = pod;
  while (object && (health === undefined || durationMs === undefined)) {
    health ??= healthOf(object);
    durationMs ??= durationOf(object);
    const owner = controllerOf(object);
    object = owner && owners.find(owner.uid)?.object;
  }
  return { health: health ?? 'ready', durationMs: durationMs ?? 0 };
}

/** Whether a change of an object changes what it asks of its pods. */
export function changesBehaviour(
  previous: JsonObject | undefined,
  object: JsonObject,
): boolean {
  return [HEALTH_ANNOTATION, DURATION_ANNOTATION].some(
    name =>
      (previous && annotationsOf(previous)[name]) !==
      annotationsOf(object)[name],
  );
}

const UNITS: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

function durationOf(object: JsonObject): number | undefined {
  const value = annotationsOf(object)[DURATION_ANNOTATION];
  const match = /^(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h)$/.exec(String(value ?? ''));
  return match ? Number(match[1]) * UNITS[match[2]] : undefined;
}

// What stands for an image that cannot be pulled.
const MISSING_TAG = ':does-not-exist';

/** Whether an image is one that the sandbox cannot pull. */
export function isMissingImage(image: string): boolean {
  return image.endsWith(MISSING_TAG);
}
