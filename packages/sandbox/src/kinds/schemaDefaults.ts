import type { JsonObject, JsonValue } from '../json/value';
import { clone, isObject, member } from '../json/value';
import type { JsonSchema } from './jsonSchema';
import { memberSchema } from './jsonSchema';

/**
 * Fills in the defaults of a custom resource's schema. A null where null is
 * not allowed counts as missing (apiextensions 0.34).
 */
export function applySchemaDefaults(
  schema: JsonSchema,
  object: JsonObject,
): JsonObject {
  return withDefaults(schema, object) as JsonObject;
}

function withDefaults(schema: JsonSchema, value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map(item => withDefaults(items, item)) : value;
  }
  if (!isObject(value)) return value;
  const result: JsonObject = { ...value };
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (property.default === undefined) continue;
    const current = member(result, name);
    if (current === undefined || (current === null && !property.nullable)) {
      result[name] = clone(property.default);
    }
  }
  for (const [name, entry] of Object.entries(result)) {
    const property = memberSchema(schema, name);
    if (!property || entry === undefined) continue;
    if (entry === null && !property.nullable) delete result[name];
    else result[name] = withDefaults(property, entry);
  }
  return result;
}
