import { JsonObject, JsonValue } from '../objects';

/**
 * The schema of one field: OpenAPI as Kubernetes' structural schemas have it,
 * plus what code needs and a CRD cannot say. The CRDs, the validation and the
 * defaults are all derived from it.
 *
 * @public
 */
export interface FieldSchema {
  /** `any` is a field that keeps whatever is in it, such as Helm values. */
  type: 'object' | 'array' | 'string' | 'integer' | 'boolean' | 'any';
  description: string;
  /** Fields of an object. */
  properties?: Record<string, FieldSchema>;
  /** Names of the fields that must be there. */
  required?: string[];
  /** Values of a map. */
  additionalProperties?: FieldSchema;
  /** Items of an array. */
  items?: FieldSchema;
  enum?: string[];
  default?: JsonValue;
  /** RE2 and JavaScript read all patterns used here alike. */
  pattern?: string;
  format?: 'date-time' | 'int64';
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  /** `atomic`: server-side apply replaces the object as a whole. */
  mapType?: 'atomic';
  /**
   * `atomic`: server-side apply replaces the list as a whole; `map`: it merges
   * items of the same `listMapKeys`, of which there may be only one each.
   */
  listType?: 'atomic' | 'map';
  listMapKeys?: string[];
  /** Rules over several fields of an object. */
  rules?: CelRule[];
  /** What to use instead, for a field that is on its way out. */
  deprecated?: string;
  /** What the value is for people, where a pattern says too little. */
  allowed?: string;
  /**
   * The value may carry a secret. `true`: it never reaches a message. `url`: it
   * does without its user part and its query.
   */
  sensitive?: true | 'url';
}

/**
 * A rule of a CRD (`x-kubernetes-validations`) with the same rule as code.
 *
 * @public
 */
export interface CelRule {
  /** CEL, for the API server. */
  rule: string;
  /** What is allowed, in words; beside those values, where there is an enum. */
  message: string;
  /** The field at fault, relative to the object that holds the rule. */
  field?: string;
  /** The same rule, over an object with its defaults filled in. */
  check(self: JsonObject): boolean;
}

/**
 * A mandatory field of {@link FieldsOf}.
 *
 * @public
 */
export interface RequiredField {
  required: true;
  schema: FieldSchema;
}

/**
 * One schema for each field of a type: a field that is missing, unknown, or
 * mandatory in only one of the two is a compile error.
 *
 * @public
 */
export type FieldsOf<T> = {
  [K in keyof T]-?: Record<never, never> extends Pick<T, K>
    ? FieldSchema
    : RequiredField;
};

type Extra = Omit<FieldSchema, 'type' | 'description'>;

/** Marks a field as mandatory. */
export function required(schema: FieldSchema): RequiredField {
  return { required: true, schema };
}

/** An object whose fields are exactly those of `T`. */
export function object<T extends object>(
  description: string,
  fields: FieldsOf<T>,
  extra: Extra = {},
): FieldSchema {
  const properties: Record<string, FieldSchema> = {};
  const mandatory: string[] = [];
  for (const [name, field] of Object.entries<FieldSchema | RequiredField>(
    fields,
  )) {
    if ('schema' in field) {
      mandatory.push(name);
      properties[name] = field.schema;
    } else {
      properties[name] = field;
    }
  }
  return {
    type: 'object',
    description,
    properties,
    ...(mandatory.length > 0 && { required: mandatory.sort() }),
    ...extra,
  };
}

export function string(description: string, extra: Extra = {}): FieldSchema {
  return { type: 'string', description, ...extra };
}

export function boolean(description: string, extra: Extra = {}): FieldSchema {
  return { type: 'boolean', description, ...extra };
}

/** A number that Go holds as `int`: no format in the CRD. */
export function integer(description: string, extra: Extra = {}): FieldSchema {
  return { type: 'integer', description, ...extra };
}

export function int64(description: string, extra: Extra = {}): FieldSchema {
  return { type: 'integer', format: 'int64', description, ...extra };
}

export function dateTime(description: string): FieldSchema {
  return { type: 'string', format: 'date-time', description };
}

export function choice(
  description: string,
  values: readonly string[],
  extra: Extra = {},
): FieldSchema {
  return { type: 'string', description, enum: [...values], ...extra };
}

export function list(
  description: string,
  items: FieldSchema,
  extra: Extra = {},
): FieldSchema {
  return { type: 'array', description, items, ...extra };
}

/** A map from string to string. */
export function stringMap(description: string, extra: Extra = {}): FieldSchema {
  return {
    type: 'object',
    description,
    additionalProperties: string('Value of the key.', {
      ...(extra.sensitive && { sensitive: extra.sensitive }),
    }),
    ...extra,
  };
}

/** Whatever the user writes, kept as it is. */
export function anything(description: string, extra: Extra = {}): FieldSchema {
  return { type: 'any', description, ...extra };
}

const DURATION = '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$';
const DURATION_WITHOUT_HOURS = '^([0-9]+(\\.[0-9]+)?(ms|s|m))+$';

/** A Go duration in ms, s, m and h. */
export function duration(description: string, extra: Extra = {}): FieldSchema {
  return string(description, {
    pattern: DURATION,
    allowed: 'a duration in units of ms, s, m and h, such as 10m or 1h30m',
    ...extra,
  });
}

/** A Go duration in ms, s and m: what Flux allows for network timeouts. */
export function timeout(description: string, extra: Extra = {}): FieldSchema {
  return string(description, {
    pattern: DURATION_WITHOUT_HOURS,
    allowed: 'a duration in units of ms, s and m (not h), such as 60s or 1m30s',
    ...extra,
  });
}
