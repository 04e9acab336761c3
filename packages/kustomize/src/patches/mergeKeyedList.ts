import { SchemaNode } from '@backstage-gitops/kubernetes-schema';
import {
  YamlMap,
  YamlNode,
  getField,
  isMap,
  isMissing,
  setField,
  textOf,
} from '../fields/YamlNode';
import type { MergeNodes } from './strategicMerge';

/** The list under construction: an element replaces one with the same keys. */
class KeyedElements {
  private readonly items: YamlNode[] = [];

  constructor(private readonly keys: readonly string[]) {}

  put(element: YamlMap, values: readonly string[]): void {
    const index = this.items.findIndex(item =>
      matches(item, this.keys, values),
    );
    if (index < 0) {
      this.items.push(element);
    } else {
      this.items[index] = element;
    }
  }

  putOwn(item: YamlNode): void {
    if (!isMap(item)) {
      this.items.push(item);
      return;
    }
    const values = this.keys.map(key => keyText(getField(item, key)));
    this.put(item, values);
  }

  list(): YamlNode[] {
    return this.items;
  }
}

/**
 * Merges lists whose elements have keys (or are scalars, as in `finalizers`).
 * The order is kustomize's: elements of the patch, then what only the target
 * has.
 */
export function mergeKeyedList(options: {
  target: YamlNode[];
  patch: YamlNode[] | undefined;
  keys: readonly string[];
  schema: SchemaNode | undefined;
  path: string;
  mergeNodes: MergeNodes;
}): YamlNode[] {
  const { target, patch, keys, schema, path, mergeNodes } = options;
  if (keys.length === 0) {
    return mergeScalars(target, patch);
  }
  const sources = patch && patch !== target ? [patch, target] : [target];
  let values = distinct(
    sources.flatMap(list => list.map(item => valuesOf(item, keys))),
  );
  if (values.length === 0) {
    return target;
  }
  if (keys.length > 1) {
    values = completeValues(values);
  }
  // Only keys that some element has count.
  const used = keys.filter((_, i) => values.some(value => value[i] !== ''));
  const validKeys = used.length > 0 ? used : keys;
  const validIndexes = validKeys.map(key => keys.indexOf(key));

  let remaining = [...target];
  const merged = new KeyedElements(validKeys);
  for (const value of values) {
    const wanted = validIndexes.map(i => value[i]);
    const searchKeys = validKeys.filter((_, i) => wanted[i] !== '');
    const searchValues = wanted.filter(text => text !== '');
    const find = (list: readonly YamlNode[] | undefined) =>
      searchKeys.length > 0
        ? list?.find(item => matches(item, searchKeys, searchValues))
        : list?.find(item => matches(item, validKeys, wanted));
    const element = mergeNodes(
      find(remaining),
      patch === target ? find(remaining) : find(patch),
      schema,
      `${path}[${wanted.join(',')}]`,
    );
    if (!isMap(element) || Object.keys(element).length === 0) {
      remaining = remaining.filter(item => !matches(item, validKeys, wanted));
      continue;
    }
    validKeys.forEach((key, i) => {
      if (getField(element, key) === undefined && wanted[i] !== '') {
        setField(element, key, wanted[i]);
      }
    });
    merged.put(element, wanted);
  }
  for (const item of remaining) {
    merged.putOwn(item);
  }
  return merged.list();
}

function mergeScalars(
  target: YamlNode[],
  patch: YamlNode[] | undefined,
): YamlNode[] {
  const seen = new Set<string>();
  return [...(patch ?? []), ...target].filter(item => {
    const text = textOf(item);
    return seen.has(text) ? false : seen.add(text);
  });
}

function keyText(node: YamlNode | undefined): string {
  return isMissing(node) || isMap(node) || Array.isArray(node)
    ? ''
    : textOf(node);
}

function valuesOf(item: YamlNode, keys: readonly string[]): string[] {
  return keys.map(key => keyText(getField(item, key)));
}

function matches(
  item: YamlNode,
  keys: readonly string[],
  values: readonly string[],
): boolean {
  return (
    isMap(item) &&
    keys.every((key, i) => {
      const field = getField(item, key);
      return values[i] === ''
        ? field === undefined || keyText(field) === ''
        : field !== undefined && textOf(field) === values[i];
    })
  );
}

function distinct(values: string[][]): string[][] {
  const seen = new Set<string>();
  return values.filter(value => {
    const key = JSON.stringify(value);
    return seen.has(key) ? false : seen.add(key);
  });
}

/**
 * Elements that share one of several keys, where one of them lacks the other
 * (a port without protocol), are the same element.
 */
function completeValues(values: string[][]): string[][] {
  const result = [...values];
  for (let i = 0; i < result.length; i++) {
    for (let j = 0; j < result.length; j++) {
      const combined = combine(result[i], result[j]);
      if (combined) {
        result[i] = combined;
        result[j] = combined;
      }
    }
  }
  return distinct(result);
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
