import {
  isJsonObject,
  JsonValue,
  stringifyJson,
} from '@backstage-gitops/kubernetes-yaml';

/** The name of a value's type in JSON Schema; integers are numbers, too. */
export function typeName(value: JsonValue): string {
  if (value === null) {
    return 'null';
  }
  if (Array.isArray(value)) {
    return 'array';
  }
  switch (typeof value) {
    case 'bigint':
    case 'number':
      return 'number';
    case 'object':
      return 'object';
    default:
      return typeof value;
  }
}

/** Whether two values are the same; numbers by what they are worth. */
export function equals(a: JsonValue, b: JsonValue): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') {
    if (typeName(a) !== 'number' || typeName(b) !== 'number') {
      return a === b;
    }
    // A bigint and a number may be equal.
    // eslint-disable-next-line eqeqeq -- === would tell them apart
    return a == b;
  }
  if (a === null || b === null) {
    return a === b;
  }
  return canonical(a) === canonical(b);
}

/** The first two equal items of a list. */
export function findEqual(
  list: readonly JsonValue[],
  step: (count: number) => void,
): [number, number] | undefined {
  const seen = new Map<string, number>();
  for (const [i, item] of list.entries()) {
    const text = canonical(item);
    step(1 + text.length);
    const first = seen.get(text);
    if (first !== undefined) {
      return [first, i];
    }
    seen.set(text, i);
  }
  return undefined;
}

/** Equal for equal values only. */
function canonical(value: JsonValue): string {
  return stringifyJson(integersAsBigints(value), { sortKeys: true });
}

function integersAsBigints(value: JsonValue): JsonValue {
  if (typeof value === 'number' && Number.isInteger(value)) {
    return BigInt(value);
  }
  if (Array.isArray(value)) {
    return value.map(integersAsBigints);
  }
  if (isJsonObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        integersAsBigints(item),
      ]),
    );
  }
  return value;
}
