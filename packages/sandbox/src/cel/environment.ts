import { Environment } from '@marcbachmann/cel-js';
import type { JsonValue } from '../json/value';
import { compareQuantities, parseQuantity } from '../kinds/quantity';

/** A quantity, as CEL's `quantity()` makes it. */
class Quantity {
  constructor(readonly text: string) {}
}

/**
 * The functions that Kubernetes adds to CEL (apiserver 0.34, `cel/library`),
 * as far as definitions and policies commonly use them.
 */
export function createEnvironment(): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
  });
  addLists(environment);
  addStrings(environment);
  addQuantities(environment);
  return environment;
}

type List = Array<bigint | number | string>;

function addLists(environment: Environment): void {
  const pick = (list: List, isBetter: (a: unknown, b: unknown) => boolean) => {
    if (list.length === 0) {
      throw new Error('min or max called on empty list');
    }
    return list.reduce((best, item) => (isBetter(item, best) ? item : best));
  };
  environment
    .registerFunction('list.isSorted(): bool', (list: List) =>
      list.every((item, index) => index === 0 || list[index - 1] <= item),
    )
    .registerFunction('list.sum(): dyn', (list: Array<bigint | number>) =>
      list.length === 0
        ? 0n
        : list.reduce((sum, item) => (sum as number) + (item as number)),
    )
    .registerFunction('list.min(): dyn', (list: List) =>
      pick(list, (a, b) => (a as number) < (b as number)),
    )
    .registerFunction('list.max(): dyn', (list: List) =>
      pick(list, (a, b) => (a as number) > (b as number)),
    )
    .registerFunction('list.indexOf(dyn): int', (list: List, item: never) =>
      BigInt(list.indexOf(item)),
    )
    .registerFunction('list.lastIndexOf(dyn): int', (list: List, item: never) =>
      BigInt(list.lastIndexOf(item)),
    );
}

function addStrings(environment: Environment): void {
  const define = (
    signature: string,
    handler: (text: string, ...rest: never[]) => unknown,
  ) => {
    try {
      environment.registerFunction(signature, handler);
    } catch {
      // The library has it already.
    }
  };
  define('string.find(string): string', (text, pattern: string) => {
    return new RegExp(pattern, 'u').exec(text)?.[0] ?? '';
  });
  define('string.findAll(string): list', (text, pattern: string) => [
    ...(text.match(new RegExp(pattern, 'gu')) ?? []),
  ]);
  define('string.lowerAscii(): string', text => text.toLowerCase());
  define('string.upperAscii(): string', text => text.toUpperCase());
  define('string.trim(): string', text => text.trim());
  define('string.reverse(): string', text => [...text].reverse().join(''));
  define('string.charAt(int): string', (text, index: bigint) => {
    return [...text][Number(index)] ?? '';
  });
  define(
    'string.replace(string, string): string',
    (text, from: string, to: string) => text.split(from).join(to),
  );
  define('string.split(string): list', (text, separator: string) =>
    text.split(separator),
  );
  environment.registerFunction('isURL(string): bool', isUrl);
  environment.registerFunction('isIP(string): bool', (text: string) =>
    /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]*)$/i.test(text),
  );
}

function isUrl(text: string): boolean {
  try {
    return text.startsWith('/') || Boolean(new URL(text));
  } catch {
    return false;
  }
}

function addQuantities(environment: Environment): void {
  const compare = (a: Quantity, b: Quantity) =>
    compareQuantities(a.text, b.text);
  environment
    .registerType('kubernetes.Quantity', Quantity)
    .registerFunction(
      'quantity(string): kubernetes.Quantity',
      (text: string) => {
        if (parseQuantity(text) === undefined) {
          throw new Error(
            'quantities must match the regular expression of Kubernetes',
          );
        }
        return new Quantity(text);
      },
    )
    .registerFunction(
      'isQuantity(string): bool',
      (text: string) => parseQuantity(text) !== undefined,
    );
  const method = (name: string, holds: (order: number) => boolean) =>
    environment.registerFunction(
      `kubernetes.Quantity.${name}(kubernetes.Quantity): bool`,
      (a: Quantity, b: Quantity) => holds(compare(a, b)),
    );
  method('isLessThan', order => order < 0);
  method('isGreaterThan', order => order > 0);
  environment.registerFunction(
    'kubernetes.Quantity.compareTo(kubernetes.Quantity): int',
    (a: Quantity, b: Quantity) => BigInt(compare(a, b)),
  );
}

/** A JSON value as CEL without a schema sees it: whole numbers are ints. */
export function toCel(value: JsonValue | undefined): unknown {
  if (typeof value === 'number') {
    return Number.isInteger(value) ? BigInt(value) : value;
  }
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value === 'object' && value !== null) {
    return new Map(
      Object.entries(value)
        .filter(([, entry]) => entry !== undefined)
        .map(([name, entry]) => [name, toCel(entry)]),
    );
  }
  return value;
}
