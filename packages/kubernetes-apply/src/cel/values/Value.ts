import { isJsonObject } from '@backstage-gitops/kubernetes-yaml';
import { Failure, noSuchKey } from '../CelError';

/**
 * A value of an expression. A `bigint` is an int, a `number` a double; numbers
 * of JSON without a fraction are ints, as Kubernetes reads them.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | Uint
  | List
  | Dictionary
  | Timestamp
  | Duration
  | TypeValue
  | Optional;

export type TypeName =
  | 'null_type'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'list'
  | 'map'
  | 'google.protobuf.Timestamp'
  | 'google.protobuf.Duration'
  | 'type'
  | 'optional_type';

export const TYPE_NAMES: readonly TypeName[] = [
  'null_type',
  'bool',
  'int',
  'uint',
  'double',
  'string',
  'bytes',
  'list',
  'map',
  'google.protobuf.Timestamp',
  'google.protobuf.Duration',
  'type',
  'optional_type',
];

export class Uint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

/** Seconds since 1970, and nanoseconds of the next one. */
export class Timestamp {
  readonly seconds: bigint;
  readonly nanos: number;

  constructor(seconds: bigint, nanos: number) {
    this.seconds = seconds;
    this.nanos = nanos;
  }
}

export class Duration {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** The type of a value, as a value. */
export class TypeValue {
  readonly name: TypeName;

  constructor(name: TypeName) {
    this.name = name;
  }
}

export class Optional {
  readonly value?: Value;

  constructor(value?: Value) {
    this.value = value;
  }
}

/** Items of an expression, or of data, which become values when asked for. */
export class List {
  readonly #items: readonly unknown[];
  readonly #convert: (item: unknown) => Value;

  private constructor(
    items: readonly unknown[],
    convert: (item: unknown) => Value,
  ) {
    this.#items = items;
    this.#convert = convert;
  }

  static of(items: readonly Value[]): List {
    return new List(items, item => item as Value);
  }

  static ofData(items: readonly unknown[]): List {
    return new List(items, toValue);
  }

  get size(): number {
    return this.#items.length;
  }

  at(index: number): Value {
    return this.#convert(this.#items[index]);
  }

  *[Symbol.iterator](): Iterator<Value> {
    for (const item of this.#items) yield this.#convert(item);
  }
}

/** Entries by key. */
export interface Dictionary {
  readonly isDictionary: true;
  readonly size: number;
  find(key: Value): Value | undefined;
  keys(): Iterable<Value>;
}

export class DataDictionary implements Dictionary {
  readonly isDictionary = true;
  readonly #data: Readonly<Record<string, unknown>>;

  constructor(data: Readonly<Record<string, unknown>>) {
    this.#data = data;
  }

  get size(): number {
    return Object.keys(this.#data).length;
  }

  find(key: Value): Value | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.#data, key)) {
      return undefined;
    }
    const found = this.#data[key];
    return found === undefined ? undefined : toValue(found);
  }

  keys(): Iterable<Value> {
    return Object.keys(this.#data);
  }
}

export class LiteralDictionary implements Dictionary {
  readonly isDictionary = true;
  readonly #entries = new Map<string, { key: Value; value: Value }>();

  get size(): number {
    return this.#entries.size;
  }

  /** The last of two equal keys stays. @throws Failure for what is no key */
  add(key: Value, value: Value): void {
    const id = keyId(key);
    if (id === undefined) throw new Failure('unsupported key type');
    this.#entries.set(id, { key, value });
  }

  find(key: Value): Value | undefined {
    for (const id of keyIds(key)) {
      const found = this.#entries.get(id);
      if (found) return found.value;
    }
    return undefined;
  }

  *keys(): Iterable<Value> {
    for (const { key } of this.#entries.values()) yield key;
  }
}

function keyId(key: Value): string | undefined {
  if (key === null || typeof key !== 'object') return `${typeof key}:${key}`;
  return key instanceof Uint ? `uint:${key.value}` : undefined;
}

/** Numbers are found also by equal ones of another type. */
function keyIds(key: Value): string[] {
  const id = keyId(key);
  if (id === undefined) return [];
  const number = key instanceof Uint ? key.value : key;
  if (typeof number !== 'bigint' && typeof number !== 'number') return [id];
  return [id, `bigint:${number}`, `uint:${number}`, `number:${number}`];
}

export function isDictionary(value: Value): value is Dictionary {
  return typeof value === 'object' && value !== null && 'isDictionary' in value;
}

/** Plain data as a value; collections are converted as they are read. */
export function toValue(data: unknown): Value {
  switch (typeof data) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return data;
    case 'number':
      return Number.isSafeInteger(data) ? BigInt(data) : data;
    default:
  }
  if (isValueObject(data)) return data;
  if (Array.isArray(data)) return List.ofData(data);
  if (isJsonObject(data)) return new DataDictionary(data);
  return null;
}

/** What another expression gave, as data of this one. */
function isValueObject(data: unknown): data is Value & object {
  return (
    data instanceof Uint8Array ||
    data instanceof Uint ||
    data instanceof List ||
    data instanceof Timestamp ||
    data instanceof Duration ||
    data instanceof TypeValue ||
    data instanceof Optional ||
    (typeof data === 'object' &&
      data !== null &&
      (data as { isDictionary?: unknown }).isDictionary === true &&
      !isJsonObject(data))
  );
}

export function typeNameOf(value: Value): TypeName {
  if (value === null) return 'null_type';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
    default:
  }
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Uint) return 'uint';
  if (value instanceof List) return 'list';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof TypeValue) return 'type';
  if (value instanceof Optional) return 'optional_type';
  return 'map';
}

/** A key as messages show it. */
export function keyText(key: Value): string {
  if (key instanceof Uint) return String(key.value);
  return typeof key === 'object' ? typeNameOf(key) : String(key);
}

/** `collection[index]`. @throws Failure where there is none */
export function itemAt(collection: Value, index: Value): Value {
  const found = findItem(collection, index);
  if (found !== undefined) return found;
  if (collection instanceof List) {
    throw new Failure(`index out of bounds: ${keyText(index)}`);
  }
  throw noSuchKey(keyText(index));
}

/** `undefined` where there is none, also in what never has items. */
export function findItem(collection: Value, index: Value): Value | undefined {
  if (collection instanceof List) {
    const position = positionOf(index);
    return position >= 0 && position < collection.size
      ? collection.at(position)
      : undefined;
  }
  return collection !== null && isDictionary(collection)
    ? collection.find(index)
    : undefined;
}

function positionOf(index: Value): number {
  if (typeof index === 'bigint') return Number(index);
  if (index instanceof Uint) return Number(index.value);
  if (typeof index === 'number' && Number.isInteger(index)) return index;
  throw new Failure(`unsupported index type '${typeNameOf(index)}' in list`);
}
