import type { JsonObject, JsonValue } from '../json/value';
import {
  asString,
  clone,
  equal,
  isObject,
  member,
  setMember,
} from '../json/value';

/** A JSON patch that cannot be applied. */
export class JsonPatchError extends Error {
  constructor(
    message: string,
    readonly kind: 'malformed' | 'not-applicable',
  ) {
    super(message);
    this.name = 'JsonPatchError';
  }
}

/**
 * Applies a JSON patch (RFC 6902) to a copy of an object.
 *
 * @throws {@link JsonPatchError}
 */
export function applyJsonPatch(
  target: JsonObject,
  patch: JsonValue,
): JsonValue {
  if (!Array.isArray(patch)) {
    throw new JsonPatchError(
      'json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
      'malformed',
    );
  }
  let document: JsonValue = clone(target);
  for (const operation of patch) {
    if (!isObject(operation)) {
      throw new JsonPatchError('an operation is not an object', 'malformed');
    }
    document = applyOperation(document, operation);
  }
  return document;
}

function applyOperation(document: JsonValue, operation: JsonObject): JsonValue {
  const path = pointer(operation.path);
  switch (operation.op) {
    case 'add':
      return add(document, path, operation.value ?? null);
    case 'remove':
      remove(document, path);
      return document;
    case 'replace':
      find(document, path);
      if (path.length === 0) return operation.value ?? null;
      set(document, path, operation.value ?? null);
      return document;
    case 'move': {
      const from = pointer(operation.from);
      const value = find(document, from);
      remove(document, from);
      return add(document, path, value);
    }
    case 'copy':
      return add(
        document,
        path,
        clone(find(document, pointer(operation.from))),
      );
    case 'test':
      if (
        !equal(findOptional(document, path) ?? null, operation.value ?? null)
      ) {
        throw new JsonPatchError(
          `testing path ${asString(operation.path)} failed`,
          'not-applicable',
        );
      }
      return document;
    default:
      throw new JsonPatchError('an operation is not known', 'not-applicable');
  }
}

function pointer(value: JsonValue | undefined): string[] {
  const text = asString(value);
  if (text === undefined || (text !== '' && !text.startsWith('/'))) {
    throw new JsonPatchError('a path is not a JSON pointer', 'not-applicable');
  }
  return text
    .split('/')
    .slice(1)
    .map(part => part.replace(/~1/g, '/').replace(/~0/g, '~'));
}

function step(
  container: JsonValue | undefined,
  key: string,
): JsonValue | undefined {
  if (Array.isArray(container)) {
    return /^\d+$/.test(key) ? container[Number(key)] : undefined;
  }
  return isObject(container) ? member(container, key) : undefined;
}

function findOptional(
  document: JsonValue,
  path: string[],
): JsonValue | undefined {
  let current: JsonValue | undefined = document;
  for (const key of path) current = step(current, key);
  return current;
}

function find(document: JsonValue, path: string[]): JsonValue {
  const found = findOptional(document, path);
  if (found === undefined) throw missing(path);
  return found;
}

function missing(path: string[]): JsonPatchError {
  return new JsonPatchError(
    `path /${path.join('/')} does not exist`,
    'not-applicable',
  );
}

function add(document: JsonValue, path: string[], value: JsonValue): JsonValue {
  if (path.length === 0) return value;
  const container = find(document, path.slice(0, -1));
  const key = path[path.length - 1];
  if (Array.isArray(container)) {
    const index = key === '-' ? container.length : Number(key);
    if (!Number.isInteger(index) || index < 0 || index > container.length) {
      throw missing(path);
    }
    container.splice(index, 0, value);
  } else if (isObject(container)) {
    setMember(container, key, value);
  } else {
    throw missing(path);
  }
  return document;
}

function set(document: JsonValue, path: string[], value: JsonValue): void {
  const container = find(document, path.slice(0, -1));
  const key = path[path.length - 1];
  if (Array.isArray(container)) container[Number(key)] = value;
  else if (isObject(container)) setMember(container, key, value);
}

function remove(document: JsonValue, path: string[]): void {
  if (path.length === 0) throw missing(path);
  find(document, path);
  const container = find(document, path.slice(0, -1));
  const key = path[path.length - 1];
  if (Array.isArray(container)) container.splice(Number(key), 1);
  else if (isObject(container)) delete container[key];
}
