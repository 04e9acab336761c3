import type { JsonObject, JsonValue } from '../json/value';
import { asObject, isObject, member } from '../json/value';
import type { JsonSchema } from '../kinds/jsonSchema';
import { toCel } from './environment';

const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/** A property as expressions spell it (apiserver 0.34, `cel/escaping.go`). */
export function escapeProperty(name: string): string {
  if (RESERVED.has(name)) return `__${name}__`;
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}

/**
 * A value as the rules of its schema see it: declared properties alone, whole
 * numbers as ints, times as timestamps.
 */
export function celValue(
  schema: JsonSchema,
  value: JsonValue | undefined,
): unknown {
  if (value === undefined || value === null) return null;
  if (schema['x-kubernetes-int-or-string']) return toCel(value);
  switch (schema.type) {
    case 'array':
      return Array.isArray(value)
        ? value.map(item => celValue(schema.items ?? {}, item))
        : value;
    case 'object':
      return isObject(value) ? celObject(schema, value) : value;
    case 'integer':
      return typeof value === 'number' ? BigInt(Math.trunc(value)) : value;
    case 'string':
      return typeof value === 'string' ? celText(schema, value) : value;
    case undefined:
      return toCel(value);
    default:
      return value;
  }
}

function celObject(schema: JsonSchema, value: JsonObject): unknown {
  const { additionalProperties, properties } = schema;
  const result = new Map<string, unknown>();
  if (typeof additionalProperties === 'object') {
    for (const [name, entry] of Object.entries(value)) {
      result.set(name, celValue(additionalProperties, entry));
    }
    return result;
  }
  for (const [name, property] of Object.entries(properties ?? {})) {
    const entry = member(value, name);
    if (entry === undefined || entry === null) continue;
    result.set(escapeProperty(name), celValue(property, entry));
  }
  if (schema['x-kubernetes-embedded-resource']) addIdentity(result, value);
  return result;
}

/** What rules see of an object's metadata: its kind and its name. */
export function addIdentity(
  result: Map<string, unknown>,
  object: JsonObject,
): void {
  const { name, generateName } = asObject(object.metadata);
  const metadata = new Map<string, unknown>();
  if (name !== undefined) metadata.set('name', name);
  if (generateName !== undefined) metadata.set('generateName', generateName);
  result.set('apiVersion', object.apiVersion ?? '');
  result.set('kind', object.kind ?? '');
  result.set('metadata', metadata);
}

function celText(schema: JsonSchema, value: string): unknown {
  switch (schema.format) {
    case 'date-time':
    case 'date':
      return new Date(value);
    case 'byte':
      return new Uint8Array(Buffer.from(value, 'base64'));
    default:
      return value;
  }
}
