import type { SchemaNode } from '@backstage-gitops/kubernetes-schema';
import type { JsonObject, JsonValue } from '../json/value';
import { isNumeric, isObject } from '../json/value';
import type { JsonSchema } from './jsonSchema';
import { canonicalQuantity } from './quantity';
import type { ResourceVersion } from './resource';

/**
 * Takes out the fields that a kind does not declare and returns their paths,
 * as strict decoding names them: `spec.foo`, `spec.containers[0].imagee`.
 * Quantities of built-in kinds come out in their canonical form.
 */
export function pruneUnknownFields(
  version: ResourceVersion,
  object: JsonObject,
): { object: JsonObject; unknown: string[] } {
  const unknown: string[] = [];
  if (version.schema) {
    return { object: pruneCustom(version.schema, object, unknown), unknown };
  }
  if (!version.node) return { object, unknown };
  const pruned = pruneNode(version.node, object, '', unknown);
  return { object: isObject(pruned) ? pruned : object, unknown };
}

function pruneNode(
  node: SchemaNode,
  value: JsonValue,
  path: string,
  unknown: string[],
): JsonValue {
  if (node.type === 'list' && Array.isArray(value) && node.element) {
    const element = node.element;
    return value.map((item, index) =>
      pruneNode(element, item, `${path}[${index}]`, unknown),
    );
  }
  if (node.scalar === 'quantity') {
    return typeof value === 'string' || isNumeric(value)
      ? canonicalQuantity(value)
      : value;
  }
  if (!isObject(value) || (node.type !== 'object' && node.type !== 'map')) {
    return value;
  }
  const result: JsonObject = {};
  for (const [name, entry] of Object.entries(value)) {
    if (entry === undefined) continue;
    const entryPath = path ? `${path}.${name}` : name;
    const type = node.field(name);
    if (!type) {
      unknown.push(entryPath);
      continue;
    }
    // A null in a typed object is as good as nothing; in a map it is the zero value.
    if (entry === null && node.type === 'object') continue;
    result[name] = pruneNode(type, entry, entryPath, unknown);
  }
  return result;
}

function pruneCustom(
  schema: JsonSchema,
  object: JsonObject,
  unknown: string[],
): JsonObject {
  const { apiVersion, kind, metadata, ...body } = object;
  const pruned = pruneSchema(schema, body, '', unknown);
  return {
    ...(apiVersion !== undefined ? { apiVersion } : {}),
    ...(kind !== undefined ? { kind } : {}),
    ...(metadata !== undefined ? { metadata } : {}),
    ...(isObject(pruned) ? pruned : {}),
  };
}

function pruneSchema(
  schema: JsonSchema,
  value: JsonValue,
  path: string,
  unknown: string[],
): JsonValue {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items
      ? value.map((item, index) =>
          pruneSchema(items, item, `${path}[${index}]`, unknown),
        )
      : value;
  }
  if (!isObject(value)) return value;
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const result: JsonObject = {};
  for (const [name, entry] of Object.entries(value)) {
    if (entry === undefined) continue;
    const entryPath = path ? `${path}.${name}` : name;
    const declared =
      schema.properties && Object.hasOwn(schema.properties, name)
        ? schema.properties[name]
        : undefined;
    if (declared) {
      result[name] = pruneSchema(declared, entry, entryPath, unknown);
    } else if (typeof schema.additionalProperties === 'object') {
      result[name] = pruneSchema(
        schema.additionalProperties,
        entry,
        entryPath,
        unknown,
      );
    } else if (
      open ||
      schema.additionalProperties === true ||
      isEmbeddedMeta(schema, name)
    ) {
      result[name] = entry;
    } else {
      unknown.push(entryPath);
    }
  }
  return result;
}

function isEmbeddedMeta(schema: JsonSchema, name: string): boolean {
  return (
    schema['x-kubernetes-embedded-resource'] === true &&
    ['apiVersion', 'kind', 'metadata'].includes(name)
  );
}
