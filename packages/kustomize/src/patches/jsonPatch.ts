import {
  JsonObject,
  JsonValue,
  YamlError,
  getOwn,
  isJsonObject,
  parseDocuments,
  parseJson,
  setOwn,
  stringifyJson,
} from '@backstage-gitops/kubernetes-yaml';
import { Budget } from '../Budget';
import { KustomizeError } from '../KustomizeError';

/** One operation of RFC 6902. */
export interface JsonPatchOperation {
  op: string;
  path?: string;
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
  options: { file?: string; budget?: Budget } = {},
): JsonPatchOperation[] {
  const { file, budget } = options;
  let value: JsonValue | undefined;
  try {
    // As everywhere in kustomize, only the first document counts.
    value = text.startsWith('[')
      ? parseJson(text)
      : parseDocuments(text, {
          duplicateKeys: 'last',
          file,
          ...budget?.parsing,
        })[0]?.value;
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
      path: typeof item.path === 'string' ? item.path : undefined,
      from: typeof item.from === 'string' ? item.from : undefined,
      value: Object.hasOwn(item, 'value') ? item.value : undefined,
    };
  });
}

/**
 * Applies a patch in place and returns the new root. Follows the library
 * kustomize uses (json-patch 4.13): negative indexes count from the end,
 * `replace` and `copy` take a field that is missing for null, and a patch goes
 * through JSON, so that integers beyond 2^53 lose precision. `beforeCopy` sees
 * what is about to be copied into the document, and may refuse it: copies of
 * copies double.
 *
 * @throws KustomizeError `invalid-patch`
 */
export function applyJsonPatch(
  document: JsonValue,
  operations: readonly JsonPatchOperation[],
  beforeCopy: (value: JsonValue) => void = () => undefined,
): JsonValue {
  let root = narrow(document);
  const copy = (value: JsonValue) => {
    beforeCopy(value);
    return narrow(value);
  };
  for (const operation of operations) {
    const { op, path } = operation;
    const fail = (problem: string): never => {
      throw new KustomizeError({
        code: 'invalid-patch',
        problem: `${op}: ${problem}`,
        field: path,
      });
    };
    const value = copy(operation.value ?? null);
    if (path === undefined) {
      fail('the operation has no path');
    } else if (path === '' && op === 'replace') {
      if (typeof value !== 'object' || value === null) {
        fail('the whole object can only become a mapping or list');
      }
      root = value;
    } else if (path === '' && op === 'test') {
      if (!sameValue(root, value)) {
        fail('the test failed');
      }
    } else {
      applyOperation({ root, operation, value, copy, fail });
    }
  }
  return root;
}

function applyOperation(options: {
  root: JsonValue;
  operation: JsonPatchOperation;
  value: JsonValue;
  copy: (value: JsonValue) => JsonValue;
  fail: Fail;
}): void {
  const { root, operation, value, copy, fail } = options;
  const target = () => find(root, operation.path ?? '', fail);
  const source = () => {
    if (operation.from === undefined) {
      fail('the operation has no from');
    }
    return find(root, operation.from ?? '', fail);
  };
  switch (operation.op) {
    case 'add':
      target().add(value);
      break;
    case 'replace': {
      const slot = target();
      slot.get();
      slot.set(value);
      break;
    }
    case 'remove':
      target().remove();
      break;
    case 'move': {
      const from = source();
      const moved = from.get() ?? null;
      from.remove();
      target().add(moved);
      break;
    }
    case 'copy': {
      const copied = copy(source().get() ?? null);
      target().add(copied);
      break;
    }
    case 'test': {
      const found = target().get() ?? null;
      if (found === null || operation.value === undefined) {
        if (found !== null || value !== null) {
          fail('the test failed');
        }
      } else if (!sameValue(found, value)) {
        fail('the test failed');
      }
      break;
    }
    default:
      fail('the operation is unknown');
  }
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

type Fail = (problem: string) => never;

/** A place in a container that exists. */
interface Slot {
  get(): JsonValue | undefined;
  set(value: JsonValue): void;
  add(value: JsonValue): void;
  remove(): void;
}

/** Finds the container of the last name of a path. */
function find(root: JsonValue, path: string, fail: Fail): Slot {
  const parts = path.split('/').slice(1).map(unescape);
  if (parts.length === 0) {
    return fail('the whole object cannot be meant');
  }
  let container: JsonValue | undefined = root;
  for (const part of parts.slice(0, -1)) {
    container = child(container, part);
  }
  const name = parts[parts.length - 1];
  if (Array.isArray(container)) {
    return elementSlot(container, name, fail);
  }
  return isJsonObject(container)
    ? fieldSlot(container, name, fail)
    : fail('the parent of the path does not exist');
}

function unescape(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

function child(
  container: JsonValue | undefined,
  name: string,
): JsonValue | undefined {
  if (Array.isArray(container)) {
    return container[position(container, name) ?? -1];
  }
  return isJsonObject(container) && Object.hasOwn(container, name)
    ? container[name]
    : undefined;
}

/** The position of an element that exists. */
function position(list: JsonValue[], name: string): number | undefined {
  const index = readIndex(name, list.length);
  return index >= 0 && index < list.length ? index : undefined;
}

function readIndex(name: string, length: number): number {
  if (!/^[+-]?[0-9]+$/.test(name)) {
    return NaN;
  }
  const index = Number(name);
  return index < 0 ? index + length : index;
}

function fieldSlot(map: JsonObject, name: string, fail: Fail): Slot {
  const set = (value: JsonValue) => setOwn(map, name, value);
  return {
    get: () => getOwn(map, name),
    set,
    add: set,
    remove() {
      if (!Object.hasOwn(map, name)) {
        fail('the path does not exist');
      }
      delete map[name];
    },
  };
}

function elementSlot(list: JsonValue[], name: string, fail: Fail): Slot {
  const existing = () =>
    position(list, name) ?? fail('the index is outside of the list');
  return {
    get: () => list[existing()],
    set(value) {
      list[existing()] = value;
    },
    add(value) {
      const index =
        name === '-' ? list.length : readIndex(name, list.length + 1);
      if (!(index >= 0 && index <= list.length)) {
        fail('the index is outside of the list');
      }
      list.splice(index, 0, value);
    },
    remove() {
      list.splice(existing(), 1);
    },
  };
}

function sameValue(a: JsonValue | undefined, b: JsonValue): boolean {
  return (
    stringifyJson(a ?? null, { sortKeys: true }) ===
    stringifyJson(b, { sortKeys: true })
  );
}
