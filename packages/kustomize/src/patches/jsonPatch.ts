import {
  JsonObject,
  JsonValue,
  YamlError,
  isJsonObject,
  parseDocuments,
  setOwn,
  stringifyJson,
} from '@backstage-gitops/kubernetes-yaml';
import { KustomizeError } from '../KustomizeError';

/** One operation of RFC 6902. */
export interface JsonPatchOperation {
  op: string;
  path: string;
  from?: string;
  value?: JsonValue;
}

/**
 * Reads a JSON 6902 patch from YAML 1.1 or JSON.
 *
 * @throws KustomizeError `invalid-patch`
 */
export function readJsonPatch(
  text: string,
  file?: string,
): JsonPatchOperation[] {
  let value: JsonValue | undefined;
  try {
    // As everywhere in kustomize, only the first document counts.
    value = parseDocuments(text, { duplicateKeys: 'last', file })[0]?.value;
  } catch (error) {
    throw new KustomizeError({
      code: 'invalid-patch',
      problem:
        error instanceof YamlError ? error.message : 'the patch is not YAML',
      file,
      cause: error,
    });
  }
  if (!Array.isArray(value)) {
    throw new KustomizeError({
      code: 'invalid-patch',
      problem: 'a JSON patch is not a list',
      file,
    });
  }
  return value.map((item, i) => {
    if (!isJsonObject(item)) {
      throw new KustomizeError({
        code: 'invalid-patch',
        problem: `operation ${i + 1} of a JSON patch is not a mapping`,
        file,
      });
    }
    return {
      op: typeof item.op === 'string' ? item.op : '',
      path: typeof item.path === 'string' ? item.path : '',
      from: typeof item.from === 'string' ? item.from : undefined,
      value: Object.hasOwn(item, 'value') ? item.value : undefined,
    };
  });
}

/**
 * Applies a patch in place and returns the new root. Follows the library
 * kustomize uses (json-patch v4): negative indexes count from the end, and a
 * patch goes through JSON, so that integers beyond 2^53 lose precision.
 *
 * @throws KustomizeError `invalid-patch`
 */
export function applyJsonPatch(
  document: JsonValue,
  operations: readonly JsonPatchOperation[],
): JsonValue {
  let root = narrow(document);
  for (const operation of operations) {
    const path = pointer(operation.path);
    const fail = (problem: string): never => {
      throw new KustomizeError({
        code: 'invalid-patch',
        problem: `${operation.op}: ${problem}`,
        field: operation.path,
      });
    };
    const value = () => narrow(operation.value ?? null);
    const from = () => pointer(operation.from ?? '');
    switch (operation.op) {
      case 'add':
        root = put(root, path, value(), fail);
        break;
      case 'replace':
        if (path.length > 0) {
          take(root, path, fail);
        }
        root = put(root, path, value(), fail, true);
        break;
      case 'remove':
        remove(root, path, fail);
        break;
      case 'move': {
        const moved = take(root, from(), fail);
        remove(root, from(), fail);
        root = put(root, path, moved, fail);
        break;
      }
      case 'copy':
        root = put(root, path, narrow(take(root, from(), fail)), fail);
        break;
      case 'test':
        if (!sameValue(find(root, path), value())) {
          fail('the test failed');
        }
        break;
      default:
        fail('the operation is unknown');
    }
  }
  return root;
}

/** A copy in which all numbers are doubles. */
function narrow(value: JsonValue): JsonValue {
  if (typeof value === 'bigint') {
    return Number(value);
  }
  if (Array.isArray(value)) {
    return value.map(narrow);
  }
  if (!isJsonObject(value)) {
    return value;
  }
  const result: JsonObject = {};
  for (const key of Object.keys(value)) {
    setOwn(result, key, narrow(value[key]));
  }
  return result;
}

function pointer(path: string): string[] {
  if (path === '') {
    return [];
  }
  return path
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

type Fail = (problem: string) => never;

function child(container: JsonValue, name: string): JsonValue | undefined {
  if (Array.isArray(container)) {
    const index = indexOf(container, name);
    return index === undefined ? undefined : container[index];
  }
  return isJsonObject(container) && Object.hasOwn(container, name)
    ? container[name]
    : undefined;
}

function indexOf(list: JsonValue[], name: string): number | undefined {
  if (!/^-?[0-9]+$/.test(name)) {
    return undefined;
  }
  const index = Number(name);
  const absolute = index < 0 ? index + list.length : index;
  return absolute >= 0 && absolute < list.length ? absolute : undefined;
}

function find(root: JsonValue, path: string[]): JsonValue | undefined {
  let current: JsonValue | undefined = root;
  for (const part of path) {
    if (current === undefined) {
      return undefined;
    }
    current = child(current, part);
  }
  return current;
}

function take(root: JsonValue, path: string[], fail: Fail): JsonValue {
  const value = find(root, path);
  return value === undefined ? fail('the path does not exist') : value;
}

function parentOf(
  root: JsonValue,
  path: string[],
  fail: Fail,
): JsonObject | JsonValue[] {
  const parent = find(root, path.slice(0, -1));
  if (!Array.isArray(parent) && !isJsonObject(parent)) {
    return fail('the parent of the path does not exist');
  }
  return parent;
}

function put(
  root: JsonValue,
  path: string[],
  value: JsonValue,
  fail: Fail,
  replace = false,
): JsonValue {
  if (path.length === 0) {
    return value;
  }
  const parent = parentOf(root, path, fail);
  const name = path[path.length - 1];
  if (!Array.isArray(parent)) {
    setOwn(parent, name, value);
  } else if (replace) {
    parent[indexOf(parent, name)!] = value;
  } else if (name === '-') {
    parent.push(value);
  } else {
    const index = /^-?[0-9]+$/.test(name) ? Number(name) : NaN;
    const absolute = index < 0 ? index + parent.length + 1 : index;
    if (!(absolute >= 0 && absolute <= parent.length)) {
      fail('the index is outside of the list');
    }
    parent.splice(absolute, 0, value);
  }
  return root;
}

function remove(root: JsonValue, path: string[], fail: Fail): void {
  take(root, path, fail);
  if (path.length === 0) {
    fail('the whole object cannot be removed');
  }
  const parent = parentOf(root, path, fail);
  const name = path[path.length - 1];
  if (Array.isArray(parent)) {
    parent.splice(indexOf(parent, name)!, 1);
  } else {
    delete parent[name];
  }
}

function sameValue(a: JsonValue | undefined, b: JsonValue): boolean {
  return (
    stringifyJson(a ?? null, { sortKeys: true }) ===
    stringifyJson(b, { sortKeys: true })
  );
}
