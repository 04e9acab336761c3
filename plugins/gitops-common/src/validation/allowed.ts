import { FieldSchema } from '../kinds';

/** What a field takes, in words: `one of HEAD, Tag`, `a string of 1 to 63 characters`. */
export function allowedValues(schema: FieldSchema): string {
  if (schema.enum) {
    const values =
      schema.enum.length === 1
        ? schema.enum[0]
        : `one of ${schema.enum.join(', ')}`;
    return schema.allowed ? `${values}; ${schema.allowed}` : values;
  }
  if (schema.allowed) return `${schema.allowed}${lengthOf(schema, ' ')}`;
  switch (schema.type) {
    case 'boolean':
      return 'true or false';
    case 'integer':
      return schema.minimum === undefined
        ? 'a whole number'
        : `a whole number of at least ${schema.minimum}`;
    case 'array':
      return `a list${itemsOf(schema)}`;
    case 'object':
      return schema.required
        ? `an object with ${schema.required.join(', ')}`
        : 'an object';
    case 'string':
      if (schema.format === 'date-time') {
        return 'a time such as 2026-01-31T12:00:00Z';
      }
      return `a string${lengthOf(schema, ' ')}${
        schema.pattern ? ` that matches ${schema.pattern}` : ''
      }`;
    default:
      return 'any value';
  }
}

function lengthOf(schema: FieldSchema, space: string): string {
  const { minLength, maxLength } = schema;
  if (maxLength === undefined) {
    return minLength ? `${space}that is not empty` : '';
  }
  return minLength
    ? `${space}of ${minLength} to ${maxLength} characters`
    : `${space}of at most ${maxLength} characters`;
}

function itemsOf({ minItems, maxItems }: FieldSchema): string {
  if (minItems && maxItems) return ` of ${minItems} to ${maxItems} items`;
  if (minItems)
    return ` of at least ${minItems} item${minItems > 1 ? 's' : ''}`;
  return maxItems ? ` of at most ${maxItems} items` : '';
}
