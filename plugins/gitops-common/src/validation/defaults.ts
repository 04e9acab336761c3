import { setOwn } from '@backstage-gitops/kubernetes-yaml';
import { FieldSchema, kindOf } from '../kinds';
import { JsonObject, JsonValue, KubernetesObject } from '../objects';

/**
 * The object as the API server would hold it: fields that the kind does not know
 * are dropped, null counts as absent, defaults are filled in, and a fresh object
 * has `status.observedGeneration: -1`. A copy; objects of other kinds and of
 * versions that are not served come back as they are.
 *
 * @public
 */
export function withDefaults<T extends KubernetesObject>(object: T): T {
  const kind = kindOf(object.apiVersion, object.kind);
  if (!kind || kind.apiVersion !== object.apiVersion) return object;
  const { spec, status } = object as { spec?: JsonValue; status?: JsonValue };
  const result: T = { ...object };
  const parts: [string, JsonValue | undefined, FieldSchema | undefined][] = [
    ['spec', spec, kind.spec],
    ['status', status, kind.status],
  ];
  for (const [name, value, schema] of parts) {
    const given = value ?? schema?.default;
    if (!schema || given === undefined) {
      Reflect.deleteProperty(result, name);
    } else {
      Object.assign(result, {
        [name]: fillDefaults(given, schema, 'dropUnknown'),
      });
    }
  }
  return result;
}

/** Fills in the defaults of a field and of everything below it; makes a copy. */
export function fillDefaults(
  value: JsonValue,
  schema: FieldSchema,
  unknown: 'dropUnknown' | 'keepUnknown',
): JsonValue {
  if (schema.type === 'any') return value;
  if (Array.isArray(value)) {
    const { items } = schema;
    return items
      ? value.map(item => fillDefaults(item, items, unknown))
      : value;
  }
  if (typeof value !== 'object' || value === null) return value;

  const { properties = {}, additionalProperties } = schema;
  const result: JsonObject = {};
  for (const [name, child] of Object.entries(value)) {
    if (child === null || child === undefined) continue;
    const field = Object.hasOwn(properties, name)
      ? properties[name]
      : additionalProperties;
    if (field) setOwn(result, name, fillDefaults(child, field, unknown));
    else if (unknown === 'keepUnknown') setOwn(result, name, child);
  }
  for (const [name, field] of Object.entries(properties)) {
    if (field.default !== undefined && !Object.hasOwn(result, name)) {
      result[name] = fillDefaults(field.default, field, unknown);
    }
  }
  return result;
}
