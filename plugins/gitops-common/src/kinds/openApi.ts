import { JsonObject } from '../objects';
import { FieldSchema } from './schema';

/** Keywords that read the same in both. */
const SAME = [
  'required',
  'enum',
  'default',
  'pattern',
  'format',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minimum',
] as const;

/** The schema as a CRD has it: what only our code reads is left out. */
export function toOpenApi(schema: FieldSchema): JsonObject {
  const result: JsonObject = { description: schema.description };
  if (schema.type === 'any') {
    result['x-kubernetes-preserve-unknown-fields'] = true;
  } else {
    result.type = schema.type;
  }
  if (schema.properties) {
    const properties: JsonObject = {};
    for (const name of Object.keys(schema.properties).sort()) {
      properties[name] = toOpenApi(schema.properties[name]);
    }
    result.properties = properties;
  }
  if (schema.additionalProperties) {
    result.additionalProperties = toOpenApi(schema.additionalProperties);
  }
  if (schema.items) result.items = toOpenApi(schema.items);
  for (const key of SAME) {
    const value = schema[key];
    if (value !== undefined) result[key] = value;
  }
  if (schema.mapType) result['x-kubernetes-map-type'] = schema.mapType;
  if (schema.listType) result['x-kubernetes-list-type'] = schema.listType;
  if (schema.listMapKeys) {
    result['x-kubernetes-list-map-keys'] = schema.listMapKeys;
  }
  if (schema.rules) {
    result['x-kubernetes-validations'] = schema.rules.map(
      ({ rule, message }) => ({ message, rule }),
    );
  }
  return result;
}
