import {
  getOwn,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';
import { isEqual } from '../apply/drift';
import type { Segment } from './compare';

/** What one manager owns of an object. */
export interface Ownership {
  manager: string;
  /** When it last wrote, to the second; empty where that is not known. */
  time: string;
  fields: JsonObject;
}

/** Who owns fields of an object, but for its status. */
export function ownershipsOf(object: KubernetesObject): Ownership[] {
  return (object.metadata.managedFields ?? []).flatMap(entry => {
    if (!isJsonObject(entry) || entry.subresource === 'status') return [];
    const { manager, time, fieldsV1 } = entry;
    if (typeof manager !== 'string' || !isJsonObject(fieldsV1)) return [];
    return [
      { manager, time: typeof time === 'string' ? time : '', fields: fieldsV1 },
    ];
  });
}

/**
 * Whether fields of `managedFields` hold the one at a path, itself or within
 * a list or map that is owned as a whole.
 */
export function owns(fields: JsonObject, path: readonly Segment[]): boolean {
  let node = fields;
  for (const [depth, segment] of path.entries()) {
    if (depth > 0 && Object.keys(node).length === 0) return true;
    const child = childOf(node, segment);
    if (!isJsonObject(child)) return false;
    node = child;
  }
  return true;
}

function childOf(node: JsonObject, segment: Segment): JsonValue | undefined {
  if ('field' in segment) return getOwn(node, `f:${segment.field}`);
  const { index, item } = segment;
  for (const [key, child] of Object.entries(node)) {
    const value = parse(key.slice(2));
    const isItem =
      (key.startsWith('k:') && isJsonObject(value) && hasKeys(item, value)) ||
      (key.startsWith('v:') && isEqual(value, item)) ||
      key === `i:${index}`;
    if (isItem) return child;
  }
  return undefined;
}

/** Keys that the server adds, such as a port's protocol, may be missing. */
function hasKeys(item: JsonValue | undefined, keys: JsonObject): boolean {
  return (
    isJsonObject(item) &&
    Object.entries(keys).every(
      ([key, value]) =>
        getOwn(item, key) === undefined || isEqual(item[key], value),
    )
  );
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value at a path; items of lists are found by their keys. */
export function valueAt(
  object: JsonValue | undefined,
  path: readonly Segment[],
): JsonValue | undefined {
  let value = object;
  for (const segment of path) {
    if ('field' in segment) {
      value = isJsonObject(value) ? getOwn(value, segment.field) : undefined;
    } else if (Array.isArray(value)) {
      value = itemAt(value, segment);
    } else {
      return undefined;
    }
  }
  return value;
}

function itemAt(
  items: JsonValue[],
  { index, item, keys }: Extract<Segment, { index: number }>,
): JsonValue | undefined {
  if (!keys) return items[index];
  return items.find(
    candidate =>
      isJsonObject(candidate) &&
      isJsonObject(item) &&
      keys.every(
        key =>
          getOwn(candidate, key) === undefined ||
          isEqual(getOwn(candidate, key), getOwn(item, key)),
      ),
  );
}
