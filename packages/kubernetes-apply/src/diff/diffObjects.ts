import { schemaOf, type SchemaNode } from '@backstage-gitops/kubernetes-schema';
import {
  isJsonObject,
  stringifyJson,
  type JsonObject,
  type JsonValue,
  type KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';
import { isEqual } from '../apply/drift';
import { isSecret } from '../object/metadata';
import { MASK } from '../object/maskSecret';

/**
 * One field that differs.
 *
 * @public
 */
export interface FieldChange {
  /**
   * Where, as a path for people: `.spec.replicas`,
   * `.spec.template.spec.containers[name="app"].image`,
   * `.metadata.annotations["example.com/key"]`.
   */
  path: string;
  change: 'added' | 'removed' | 'changed';
  /** Masked for Secrets: `*** (before)`. */
  before?: JsonValue;
  /** Masked for Secrets: `*** (after)`. */
  after?: JsonValue;
}

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
  const object = desired ?? live;
  if (!object) return [];
  const changes: FieldChange[] = [];
  compare(
    live && comparable(live, options),
    desired && comparable(desired, options),
    {
      path: '',
      schema: schemaOf(object.apiVersion, object.kind),
      changes,
    },
  );
  return isSecret(object) ? changes.map(maskChange) : changes;
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

interface Place {
  path: string;
  schema?: SchemaNode;
  changes: FieldChange[];
}

function compare(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  place: Place,
): void {
  if (isEqual(before, after)) return;
  if (isMap(before) && isMap(after) && (before || after)) {
    compareMaps(before ?? {}, after ?? {}, place);
  } else if (Array.isArray(before) && Array.isArray(after)) {
    compareLists(before, after, place);
  } else {
    place.changes.push(changeOf(place.path, before, after));
  }
}

/** Absent counts as empty, so that new objects are told field by field. */
function isMap(value: JsonValue | undefined): value is JsonObject | undefined {
  return value === undefined || isJsonObject(value);
}

function compareMaps(
  before: JsonObject,
  after: JsonObject,
  { path, schema, changes }: Place,
): void {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  if (keys.size === 0 && path !== '') return;
  for (const key of [...keys].sort()) {
    compare(own(before, key), own(after, key), {
      path: `${path}${segment(key)}`,
      schema: schema?.field(key),
      changes,
    });
  }
}

function compareLists(
  before: JsonValue[],
  after: JsonValue[],
  { path, schema, changes }: Place,
): void {
  const keys =
    schema?.listMapKeys ??
    (schema?.patchMergeKey ? [schema.patchMergeKey] : undefined);
  const old = keys && indexBy(before, keys);
  const now = keys && indexBy(after, keys);
  if (!old || !now) {
    for (let i = 0; i < Math.max(before.length, after.length); i++) {
      compare(before[i], after[i], {
        path: `${path}[${i}]`,
        schema: schema?.element,
        changes,
      });
    }
    return;
  }
  for (const id of new Set([...old.keys(), ...now.keys()])) {
    compare(old.get(id), now.get(id), {
      path: `${path}[${id}]`,
      schema: schema?.element,
      changes,
    });
  }
}

/** Items by their keys; undefined where these do not tell them apart. */
function indexBy(
  items: JsonValue[],
  keys: readonly string[],
): Map<string, JsonValue> | undefined {
  const index = new Map<string, JsonValue>();
  for (const item of items) {
    if (!isJsonObject(item)) return undefined;
    const id = keys
      .filter(key => item[key] !== undefined)
      .map(key => `${key}=${stringifyJson(item[key])}`)
      .join(',');
    if (id === '' || index.has(id)) return undefined;
    index.set(id, item);
  }
  return index;
}

function changeOf(
  path: string,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): FieldChange {
  if (before === undefined) return { path, change: 'added', after };
  if (after === undefined) return { path, change: 'removed', before };
  return { path, change: 'changed', before, after };
}

function maskChange(change: FieldChange): FieldChange {
  if (!/^\.(data|stringData)(\.|\[|$)/.test(change.path)) return change;
  return {
    ...change,
    ...('before' in change ? { before: `${MASK} (before)` } : {}),
    ...('after' in change ? { after: `${MASK} (after)` } : {}),
  };
}

function own(map: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function segment(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key)
    ? `.${key}`
    : `[${JSON.stringify(key)}]`;
}
