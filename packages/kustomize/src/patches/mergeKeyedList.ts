import { KustomizeError } from '../KustomizeError';
import { SchemaNode } from '@backstage-gitops/kubernetes-schema';
import {
  YamlNode,
  getField,
  isMap,
  isNull,
  isScalar,
  setField,
} from '../fields/YamlNode';
import { KeyedList, SELF, isGone, valueOf } from './KeyedList';

/** Merges two values of one place; `undefined` removes the field. */
export type MergeNodes = (
  target: YamlNode | undefined,
  patch: YamlNode | undefined,
  schema: SchemaNode | undefined,
  path: string,
) => YamlNode | undefined;

/** Elements are held against each other where not all have keys of their own. */
const MOST_UNKEYED = 2_000;

/**
 * Merges lists whose elements have keys (or are scalars, as in `finalizers`).
 * The order is kustomize's: elements of the patch, then what only the target
 * has. What happens to elements that lack a key is kustomize's, too: one that
 * has no value for any key drops what is in front of it.
 *
 * @throws KustomizeError `invalid-patch`
 */
export function mergeKeyedList(options: {
  target: YamlNode[];
  patch: YamlNode[] | undefined;
  keys: readonly string[];
  schema: SchemaNode | undefined;
  path: string;
  mergeNodes: MergeNodes;
}): YamlNode[] {
  const { target, patch, schema, path, mergeNodes } = options;
  const keys = options.keys.length > 0 ? options.keys : [SELF];
  const simple = mergeDistinct({ ...options, keys });
  if (simple) {
    return simple;
  }
  const values = elementValues([patch ?? [], target], keys);
  if (values.length === 0) {
    return target;
  }
  if (values.length > MOST_UNKEYED) {
    throw new KustomizeError({
      code: 'limit',
      problem: `a list with more than ${MOST_UNKEYED} elements, some without a key or with the same, cannot be merged`,
      field: path,
    });
  }
  if (keys.length > 1) {
    completeValues(values);
  }
  const isUsed = keys.map((_, i) => values.some(value => value[i] !== ''));
  const pick = <T>(list: readonly T[]): readonly T[] =>
    isUsed.includes(true) ? list.filter((_, i) => isUsed[i]) : list;
  const usedKeys = pick(keys);

  const merged = new KeyedList([], usedKeys, path);
  const remaining = new KeyedList(target, usedKeys, path);
  for (const value of values) {
    const wanted = pick(value);
    const fits = searchFor(usedKeys, wanted);
    const own = remaining.items.find(fits);
    const element = mergeNodes(
      own,
      patch === target ? own : patch?.find(fits),
      schema,
      `${path}[${wanted.join(',')}]`,
    );
    if (isGone(element)) {
      remaining.remove(wanted);
    } else {
      addKeys(element!, usedKeys, wanted);
      merged.put(element!, wanted);
    }
  }
  for (const item of remaining.items) {
    merged.append(item);
  }
  return merged.items;
}

/**
 * The usual case, in linear time: all elements have values for all keys, and
 * no two of a list have the same.
 */
function mergeDistinct(
  options: Parameters<typeof mergeKeyedList>[0],
): YamlNode[] | undefined {
  const { target, patch, keys, schema, path, mergeNodes } = options;
  const own = indexOf(target, keys);
  const theirs = patch === target ? own : indexOf(patch ?? [], keys);
  if (!own || !theirs) {
    return undefined;
  }
  const merged = new Map<string, YamlNode>();
  for (const key of new Set([...theirs.keys(), ...own.keys()])) {
    const element = mergeNodes(
      own.get(key),
      theirs.get(key),
      schema,
      `${path}[${key}]`,
    );
    if (isGone(element)) {
      own.delete(key);
    } else {
      merged.set(key, element!);
    }
  }
  // What is still in the target takes the place of what was merged into it.
  for (const [key, item] of own) {
    merged.set(key, item);
  }
  return [...merged.values()];
}

function indexOf(
  list: readonly YamlNode[],
  keys: readonly string[],
): Map<string, YamlNode> | undefined {
  const result = new Map<string, YamlNode>();
  for (const item of list) {
    if (keys[0] === SELF ? !isScalar(item) : !isMap(item)) {
      return undefined;
    }
    const values = keys.map(key =>
      valueOf(key === SELF ? item : getField(item, key)),
    );
    const known = values.join('\n');
    if (values.includes('') || isNull(item) || result.has(known)) {
      return undefined;
    }
    result.set(known, item);
  }
  return result;
}

/** The values of all elements, those of the patch first. */
function elementValues(
  lists: readonly YamlNode[][],
  keys: readonly string[],
): string[][] {
  const seen = new Set<string>();
  const result: string[][] = [];
  for (const list of lists) {
    for (const item of list) {
      const values = keys.map(key => {
        const field = key === SELF ? item : getField(item, key);
        return key !== SELF && isGone(field) ? '' : valueOf(field);
      });
      const known = values.join('\n');
      if (!seen.has(known)) {
        seen.add(known);
        result.push(values);
      }
    }
  }
  return result;
}

/** Elements are looked for by the keys that have a value. */
function searchFor(
  keys: readonly string[],
  values: readonly string[],
): (item: YamlNode) => boolean {
  if (keys[0] === SELF) {
    return item => valueOf(item) === values[0];
  }
  const filled = keys.flatMap((key, i) =>
    values[i] === '' ? [] : [[key, values[i]] as const],
  );
  const wanted =
    filled.length > 0
      ? filled
      : keys.map((key, i) => [key, values[i]] as const);
  return item =>
    isMap(item) &&
    wanted.every(([key, value]) => {
      const field = getField(item, key);
      return field !== undefined && valueOf(field) === value;
    });
}

function addKeys(
  element: YamlNode,
  keys: readonly string[],
  values: readonly string[],
): void {
  if (isMap(element)) {
    keys.forEach((key, i) => {
      if (getField(element, key) === undefined && values[i] !== '') {
        setField(element, key, values[i]);
      }
    });
  }
}

/**
 * Elements that share one of several keys, where one of them lacks the other
 * (a port without protocol), are the same element.
 */
function completeValues(values: string[][]): void {
  for (let i = 0; i < values.length; i++) {
    const first = values[i];
    for (let j = 0; j < values.length; j++) {
      const combined = combine(first, values[j]);
      if (combined) {
        values[i] = combined;
        values[j] = combined;
      }
    }
  }
}

function combine(a: string[], b: string[]): string[] | undefined {
  let common = false;
  const result: string[] = [];
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) {
      common = true;
      result.push(a[i]);
    } else if (a[i] !== '' && b[i] !== '') {
      return undefined;
    } else {
      result.push(a[i] || b[i]);
    }
  }
  return common ? result : undefined;
}
