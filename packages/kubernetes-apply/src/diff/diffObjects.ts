import { schemaOf } from '@backstage-gitops/kubernetes-schema';
import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';
import { compare, type LocatedChange } from './compare';
import type { FieldChange } from './FieldChange';
import { maskChanges } from './maskChange';

/** @public */
export interface DiffOptions {
  /** Also compare `status`. Default false. */
  status?: boolean;
}

const SERVER_METADATA = [
  'creationTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
];
// Holds a copy of the whole object, values of Secrets included.
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * What differs between an object as it is and as it will be, field by field.
 * Items of lists are matched by their keys where Kubernetes' schema has them,
 * else by position. What the server alone sets is left out. Values of Secrets
 * never appear.
 *
 * @param live - `undefined` where there is none: all fields are added
 * @param desired - `undefined` where it will be deleted: all are removed
 * @public
 */
export function diffObjects(
  live: KubernetesObject | undefined,
  desired: KubernetesObject | undefined,
  options: DiffOptions = {},
): FieldChange[] {
  const changes = locateChanges(live, desired, options);
  return maskChanges(
    changes.map(({ change }) => change),
    [live, desired],
  );
}

/** As `diffObjects`, with the values of Secrets: not to be shown. */
export function locateChanges(
  live: KubernetesObject | undefined,
  desired: KubernetesObject | undefined,
  options: DiffOptions = {},
): LocatedChange[] {
  const object = desired ?? live;
  if (!object) return [];
  const changes: LocatedChange[] = [];
  compare(
    live && comparable(live, options),
    desired && comparable(desired, options),
    {
      path: '',
      segments: [],
      schema: schemaOf(object.apiVersion, object.kind),
      changes,
    },
  );
  return changes;
}

function comparable(
  object: KubernetesObject,
  options: DiffOptions,
): JsonObject {
  const { metadata, status, ...rest } = object;
  const kept = Object.entries(metadata).filter(
    ([key]) => !SERVER_METADATA.includes(key),
  );
  const plain = Object.fromEntries(kept) as JsonObject;
  if (isJsonObject(plain.annotations)) {
    const { [LAST_APPLIED]: _, ...annotations } = plain.annotations;
    plain.annotations = annotations;
  }
  return {
    ...(rest as JsonObject),
    metadata: plain,
    ...(options.status && status !== undefined
      ? { status: status as JsonValue }
      : {}),
  };
}
