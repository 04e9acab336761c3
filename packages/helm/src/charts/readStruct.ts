import {
  compareCodePoints,
  isJsonObject,
  JsonValue,
  parseSpelledDocuments,
  setOwn,
  SpelledScalar,
} from '@backstage-gitops/kubernetes-yaml';
import { ChartError } from './ChartError';

/** The type of a field: strings take numbers and booleans too. */
export type FieldType =
  | 'string'
  | 'boolean'
  | 'any'
  | { list: FieldType }
  | { map: FieldType }
  | { struct: Readonly<Record<string, { name: string; type: FieldType }>> };

type Node = JsonValue | SpelledScalar;

/**
 * Reads a YAML file into typed fields as sigs.k8s.io/yaml does for Go structs:
 * unknown fields are passed over, names of fields match in any case, null is
 * as good as nothing, numbers and booleans become strings where a string is
 * wanted. Returns only the fields that are there.
 *
 * @throws ChartError `invalid-chart-file`
 */
export function readStruct(
  text: string,
  file: string,
  type: FieldType,
): Record<string, unknown> {
  let root: Node;
  try {
    root =
      parseSpelledDocuments(text, { duplicateKeys: 'last' })[0]?.value ?? null;
  } catch (error) {
    throw new ChartError(
      'invalid-chart-file',
      `cannot load ${file}: ${(error as Error).message}`,
      { file, cause: error },
    );
  }
  return (read(root, type, { file, path: '' }) ?? {}) as Record<
    string,
    unknown
  >;
}

interface Place {
  file: string;
  path: string;
}

function read(node: Node, type: FieldType, place: Place): unknown {
  const value = node instanceof SpelledScalar ? node.value : node;
  if (value === null) {
    return undefined;
  }
  if (type === 'any') {
    return plain(node);
  }
  if (type === 'string') {
    return isScalar(value) ? toText(node) : wrong(place, 'a string');
  }
  if (type === 'boolean') {
    return typeof value === 'boolean' ? value : wrong(place, 'true or false');
  }
  if ('list' in type) {
    return Array.isArray(value)
      ? value.map((item, i) =>
          read(item, type.list, { ...place, path: `${place.path}[${i}]` }),
        )
      : wrong(place, 'a list');
  }
  if (!isJsonObject(value)) {
    return wrong(place, 'a mapping');
  }
  return 'map' in type
    ? readMap(value, type.map, place)
    : readFields(value, type.struct, place);
}

function readMap(
  value: { [key: string]: JsonValue },
  type: FieldType,
  place: Place,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const at = { ...place, path: `${place.path}.${key}` };
    setOwn(result, key, read(value[key], type, at) ?? '');
  }
  return result;
}

function readFields(
  value: { [key: string]: JsonValue },
  fields: Readonly<Record<string, { name: string; type: FieldType }>>,
  place: Place,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  // Of two spellings of one name, the later one in Go's order wins.
  for (const key of Object.keys(value).sort(compareCodePoints)) {
    const field = Object.hasOwn(fields, key)
      ? fields[key]
      : Object.entries(fields).find(
          ([name]) => name.toLowerCase() === key.toLowerCase(),
        )?.[1];
    if (field) {
      const path = place.path === '' ? key : `${place.path}.${key}`;
      const content = read(value[key], field.type, { ...place, path });
      if (content !== undefined) {
        result[field.name] = content;
      }
    }
  }
  return result;
}

function isScalar(
  value: JsonValue,
): value is string | number | bigint | boolean {
  return typeof value !== 'object';
}

/** The scalar as text; a float as Go prints a float32. */
function toText(node: Node): string {
  const value = node instanceof SpelledScalar ? node.value : node;
  if (typeof value !== 'number') {
    return String(value);
  }
  const isFloat =
    !Number.isInteger(value) ||
    Math.abs(value) >= 1e21 ||
    (node instanceof SpelledScalar &&
      /[.eE]/.test(node.text) &&
      !/^[-+]?0[xX]/.test(node.text));
  return isFloat ? formatFloat32(value) : String(value);
}

/** Go's `FormatFloat(value, 'g', -1, 32)`. */
function formatFloat32(value: number): string {
  const single = Math.fround(value);
  if (!Number.isFinite(single)) {
    return Number.isNaN(single) ? 'NaN' : `${single > 0 ? '+' : '-'}Inf`;
  }
  let precision = 1;
  while (
    precision < 9 &&
    Math.fround(Number(single.toPrecision(precision))) !== single
  ) {
    precision++;
  }
  const shortest = Number(single.toPrecision(precision));
  const [digits, power] = shortest.toExponential().split('e');
  const exponent = Number(power);
  const significant = digits.replace(/[-.]/g, '').length;
  if (exponent < -4 || exponent >= 6) {
    const sign = exponent < 0 ? '-' : '+';
    return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  return shortest.toFixed(Math.max(0, significant - 1 - exponent));
}

/** Values of any type: what JSON would make of them. */
function plain(node: Node): JsonValue {
  const value = node instanceof SpelledScalar ? node.value : node;
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (isJsonObject(value)) {
    const result = {};
    for (const key of Object.keys(value)) {
      setOwn(result, key, plain(value[key]));
    }
    return result;
  }
  return typeof value === 'bigint' ? Number(value) : value;
}

function wrong({ file, path }: Place, wanted: string): never {
  throw new ChartError(
    'invalid-chart-file',
    `cannot load ${file}: ${path === '' ? 'it' : path} must be ${wanted}`,
    { file },
  );
}
