import {
  encodeUtf8,
  formatFloat,
  GoEntries,
  GoError,
  GoKind,
  GoNil,
  GoNumber,
  GoObject,
  GoPointer,
  GoStruct,
  GoTyped,
  isBytes,
  isMap,
  kindOf,
  typeOf,
} from '@backstage-gitops/go-template';
import {
  setOwn,
  WrittenMapping,
  WrittenScalar,
} from '@backstage-gitops/kubernetes-yaml';
import { marshalerOf } from './GoMarshaler';
import { MAX_DEPTH } from './jsonForm';
import { Budget, spend } from './yamlValue';

const SURROGATE = /[\ud800-\udfff]/;
const LONE_SURROGATE = /\p{Surrogate}/u;
/** Characters of base64 on a line. */
const BASE64_LINE = 70;

// The order of reflect's kinds, by which keys of several types are sorted.
const KINDS: readonly GoKind[] = [
  'invalid',
  'bool',
  'int',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'uintptr',
  'float32',
  'float64',
  'complex64',
  'complex128',
  'interface',
  'string',
];

function isPlainNumber(value: number): boolean {
  return Number.isInteger(value)
    ? Math.abs(value) < 1e6 && !Object.is(value, -0)
    : Number.isFinite(value);
}

/** Whether go-yaml v3 writes the value as our writer writes plain data. */
export function isPrettyData(
  value: unknown,
  budget: Budget,
  depth = 0,
): boolean {
  spend(budget);
  switch (typeof value) {
    case 'string':
      return !SURROGATE.test(value);
    case 'number':
      return isPlainNumber(value);
    case 'boolean':
      return true;
    case 'object':
      break;
    default:
      return false;
  }
  if (value === null) {
    return true;
  }
  if (depth > MAX_DEPTH) {
    return false;
  }
  if (Array.isArray(value)) {
    return value.every(element => isPrettyData(element, budget, depth + 1));
  }
  if (!isMap(value)) {
    return false;
  }
  return Object.keys(value).every(
    key =>
      !SURROGATE.test(key) &&
      (value[key] === undefined || isPrettyData(value[key], budget, depth + 1)),
  );
}

/**
 * The value as the encoder of go-yaml v3 writes it, which unlike that of
 * sigs.k8s.io/yaml knows Go's types.
 *
 * @throws GoError for functions, complex numbers, values that hold themselves
 */
export function prettyValue(
  value: unknown,
  budget: Budget,
  depth = 0,
): unknown {
  spend(budget);
  switch (typeof value) {
    case 'string':
      return textOf(value);
    case 'number':
      return isPlainNumber(value) ? value : floatText(value, 64);
    case 'boolean':
      return value;
    case 'bigint':
      return value;
    case 'undefined':
      return null;
    case 'function':
      throw new GoError(`cannot marshal type: ${typeOf(value).name}`);
    default:
  }
  if (value === null) {
    return null;
  }
  if (depth > MAX_DEPTH) {
    throw new GoError(
      `a value is nested deeper than ${MAX_DEPTH} levels, or in itself`,
    );
  }
  if (Array.isArray(value)) {
    return value.map(element => prettyValue(element, budget, depth + 1));
  }
  if (isBytes(value)) {
    return Array.from(value);
  }
  return isMap(value)
    ? mapValue(value, budget, depth + 1)
    : typedValue(value as GoObject, budget, depth + 1);
}

function typedValue(value: GoObject, budget: Budget, depth: number): unknown {
  if (value instanceof GoNumber) {
    return numberValue(value);
  }
  if (value instanceof GoTyped) {
    return value.value instanceof GoEntries
      ? entriesValue(value.value, budget, depth)
      : prettyValue(value.value, budget, depth);
  }
  if (value instanceof GoPointer) {
    return prettyValue(value.target, budget, depth);
  }
  if (value instanceof GoStruct) {
    return structValue(value, budget, depth);
  }
  if (value instanceof GoNil && value.type.kind !== 'func') {
    const empty = { map: {}, slice: [] };
    return empty[value.type.kind as 'map' | 'slice'] ?? null;
  }
  throw new GoError(`cannot marshal type: ${value.type.name}`);
}

function structValue(value: GoStruct, budget: Budget, depth: number): unknown {
  const marshaler = marshalerOf(value);
  if (marshaler.marshalPlain) {
    return new WrittenScalar(marshaler.marshalPlain('yaml'));
  }
  if (marshaler.marshalText) {
    return textOf(marshaler.marshalText());
  }
  const names = value.type.fields ?? Object.keys(value.fields);
  return new WrittenMapping(
    names.map(
      name =>
        [
          name.toLowerCase(),
          prettyValue(value.fields[name], budget, depth),
        ] as const,
    ),
  );
}

function mapValue(
  map: { readonly [key: string]: unknown },
  budget: Budget,
  depth: number,
): unknown {
  const keys = Object.keys(map).filter(key => map[key] !== undefined);
  if (keys.some(key => LONE_SURROGATE.test(key))) {
    const entries = keys.map(key => [key, map[key]] as const);
    return entriesValue(new GoEntries(entries), budget, depth);
  }
  const result = {};
  for (const key of keys) {
    setOwn(result, key, prettyValue(map[key], budget, depth));
  }
  return result;
}

function entriesValue(
  { entries }: GoEntries,
  budget: Budget,
  depth: number,
): unknown {
  if (entries.every(([key]) => typeof key === 'string')) {
    // Strings are sorted by the writer, but for those that are no text.
    return new WrittenMapping(
      entries.map(([key, element]) => [
        textOf(key as string),
        prettyValue(element, budget, depth),
      ]),
    );
  }
  const sorted = [...entries].sort(([a], [b]) => compareKeys(a, b));
  return new WrittenMapping(
    sorted.map(([key, element]) => [
      keyText(key, budget, depth),
      prettyValue(element, budget, depth),
    ]),
  );
}

function keyText(
  key: unknown,
  budget: Budget,
  depth: number,
): string | WrittenScalar {
  const value = prettyValue(key, budget, depth);
  return typeof value === 'string' || value instanceof WrittenScalar
    ? value
    : new WrittenScalar(String(value));
}

/** Numbers and booleans by their size, else by kind. */
function compareKeys(a: unknown, b: unknown): number {
  const x = sizeOf(a);
  const y = sizeOf(b);
  if (x !== undefined && y !== undefined && x !== y) {
    return x - y;
  }
  const kinds = KINDS.indexOf(kindOf(a)) - KINDS.indexOf(kindOf(b));
  if (kinds !== 0 || typeof a !== 'string' || typeof b !== 'string') {
    return kinds;
  }
  return a < b ? -1 : 1;
}

function sizeOf(key: unknown): number | undefined {
  if (typeof key === 'number' || typeof key === 'boolean') {
    return Number(key);
  }
  return key instanceof GoNumber ? Number(key.value) : undefined;
}

function numberValue(number: GoNumber): unknown {
  const { type, value } = number;
  if (type.name === 'time.Duration' && type.text) {
    return textOf(type.text(number));
  }
  return type.kind.startsWith('float')
    ? floatText(Number(value), type.kind === 'float32' ? 32 : 64)
    : new WrittenScalar(String(value));
}

function floatText(value: number, bits: 32 | 64): WrittenScalar {
  if (Number.isNaN(value)) {
    return new WrittenScalar('.nan');
  }
  if (!Number.isFinite(value)) {
    return new WrittenScalar(value > 0 ? '.inf' : '-.inf');
  }
  return new WrittenScalar(formatFloat(value, 'g', -1, bits));
}

/** A text, or the bytes that are none in base64. */
function textOf(text: string): string | WrittenScalar {
  if (!SURROGATE.test(text) || !LONE_SURROGATE.test(text)) {
    return text;
  }
  const base64 = Buffer.from(encodeUtf8(text)).toString('base64');
  if (base64.length < BASE64_LINE) {
    return new WrittenScalar(base64, '!!binary');
  }
  const lines = base64.replace(/.{1,70}/g, line => `${line}\n`);
  return new WrittenScalar(lines, '!!binary');
}
