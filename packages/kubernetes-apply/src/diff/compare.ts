import type { SchemaNode } from '@backstage-gitops/kubernetes-schema';
import {
  getOwn,
  isJsonObject,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '@backstage-gitops/kubernetes-yaml';
import { isEqual } from '../apply/drift';
import type { FieldChange } from './FieldChange';

/** One step of a path: a field of a map, or an item of a list. */
export type Segment =
  | { field: string }
  | { index: number; item: JsonValue | undefined; keys?: readonly string[] };

/** A change, and where it is for programs. */
export interface LocatedChange {
  change: FieldChange;
  segments: readonly Segment[];
}

export interface Place {
  path: string;
  segments: readonly Segment[];
  schema?: SchemaNode;
  changes: LocatedChange[];
}

/** Adds to `place.changes` what differs, the deepest fields that do. */
export function compare(
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
    const { path, segments } = place;
    place.changes.push({ change: changeOf(path, before, after), segments });
  }
}

/** Absent counts as empty, so that new objects are told field by field. */
function isMap(value: JsonValue | undefined): value is JsonObject | undefined {
  return value === undefined || isJsonObject(value);
}

function compareMaps(
  before: JsonObject,
  after: JsonObject,
  { path, segments, schema, changes }: Place,
): void {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  if (keys.size === 0 && path !== '') return;
  for (const key of [...keys].sort()) {
    compare(getOwn(before, key), getOwn(after, key), {
      path: `${path}${fieldText(key)}`,
      segments: [...segments, { field: key }],
      schema: schema?.field(key),
      changes,
    });
  }
}

function compareLists(
  before: JsonValue[],
  after: JsonValue[],
  { path, segments, schema, changes }: Place,
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
        segments: [...segments, { index: i, item: before[i] ?? after[i] }],
        schema: schema?.element,
        changes,
      });
    }
    return;
  }
  for (const id of new Set([...old.keys(), ...now.keys()])) {
    const item = old.get(id) ?? now.get(id);
    compare(old.get(id), now.get(id), {
      path: `${path}[${id}]`,
      segments: [...segments, { index: -1, item, keys }],
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

function fieldText(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key)
    ? `.${key}`
    : `[${JSON.stringify(key)}]`;
}
