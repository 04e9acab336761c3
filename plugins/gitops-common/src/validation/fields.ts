import { stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import { FieldSchema } from '../kinds';
import {
  FieldError,
  fieldPath,
  showValue,
  Warning,
  withoutCredentials,
} from '../findings';
import { JsonObject, JsonValue } from '../objects';
import { allowedValues } from './allowed';
import { nearest } from './nearest';

/** More findings than anybody reads; also the bound for hostile input. */
const MOST_FINDINGS = 100;

const SECRET_NAME = /secret|password|passphrase|token|credential|substitute/i;

/** What a walk over an object collects. */
export interface Findings {
  errors: FieldError[];
  warnings: Warning[];
}

/**
 * Checks a value against the schema of its field, depth first, as the API server
 * does it: null counts as absent, rules run only where all else is right.
 */
export function checkField(
  value: JsonValue | undefined,
  schema: FieldSchema,
  path: string,
  findings: Findings,
): void {
  if (findings.errors.length >= MOST_FINDINGS || schema.type === 'any') return;
  const problem = typeProblem(value, schema);
  if (problem) {
    findings.errors.push(problemAt(path, 'type', value, schema));
    return;
  }
  if (Array.isArray(value)) checkList(value, schema, path, findings);
  else if (isObject(value)) checkObject(value, schema, path, findings);
  else checkScalar(value, schema, path, findings);
}

function checkObject(
  value: JsonObject,
  schema: FieldSchema,
  path: string,
  findings: Findings,
): void {
  const before = findings.errors.length;
  const {
    properties,
    additionalProperties,
    required = [],
    rules = [],
  } = schema;
  for (const name of required) {
    if (!isSet(value, name) && !hasDefault(properties?.[name])) {
      const field = properties?.[name];
      findings.errors.push({
        path: fieldPath(path, name),
        code: 'required',
        message: `${fieldPath(path, name)}: required, but it is missing${
          field ? `; expected ${allowedValues(field)}` : ''
        }`,
      });
    }
  }
  for (const [name, child] of Object.entries(value)) {
    if (findings.errors.length >= MOST_FINDINGS) return;
    if (child === null || child === undefined) continue;
    const childPath = fieldPath(path, name);
    if (properties && Object.hasOwn(properties, name)) {
      checkField(child, properties[name], childPath, findings);
      warnDeprecated(properties[name], childPath, findings);
    } else if (additionalProperties) {
      checkField(child, additionalProperties, childPath, findings);
    } else if (properties && findings.warnings.length < MOST_FINDINGS) {
      findings.warnings.push(unknownField(name, value, properties, childPath));
    }
  }
  if (findings.errors.length > before) return;
  for (const rule of rules) {
    if (rule.check(value)) continue;
    const at = rule.field ? `${path}.${rule.field}` : path;
    findings.errors.push({
      path: at,
      code: 'rule',
      message: `${at}: ${rule.message}`,
    });
  }
}

function checkList(
  value: JsonValue[],
  schema: FieldSchema,
  path: string,
  findings: Findings,
): void {
  const { minItems = 0, maxItems = Infinity, items } = schema;
  if (value.length < minItems || value.length > maxItems) {
    findings.errors.push({
      path,
      code: 'length',
      message: `${path}: has ${value.length} items; expected ${allowedValues(schema)}`,
      value: String(value.length),
    });
    return;
  }
  if (!items) return;
  checkUnique(value, schema, path, findings);
  value.forEach((item, index) =>
    checkField(item, items, fieldPath(path, index), findings),
  );
}

/** Lists that are merged by key hold each key once. */
function checkUnique(
  value: JsonValue[],
  { listMapKeys = [] }: FieldSchema,
  path: string,
  findings: Findings,
): void {
  if (listMapKeys.length === 0) return;
  const seen = new Set<string>();
  value.forEach((item, index) => {
    if (!isObject(item)) return;
    const key = stringifyJson(listMapKeys.map(name => item[name] ?? null));
    if (seen.has(key)) {
      const at = fieldPath(path, index);
      findings.errors.push({
        path: at,
        code: 'rule',
        message: `${at}: there is another entry of the same ${listMapKeys.join(' and ')}; each may be there once`,
      });
    }
    seen.add(key);
  });
}

function warnDeprecated(
  { deprecated }: FieldSchema,
  path: string,
  findings: Findings,
): void {
  if (!deprecated || findings.warnings.length >= MOST_FINDINGS) return;
  findings.warnings.push({
    path,
    code: 'deprecated',
    message: `${path}: is on its way out; ${deprecated}`,
  });
}

function checkScalar(
  value: JsonValue | undefined,
  schema: FieldSchema,
  path: string,
  findings: Findings,
): void {
  const code = scalarProblem(value, schema);
  if (code) findings.errors.push(problemAt(path, code, value, schema));
}

function scalarProblem(
  value: JsonValue | undefined,
  schema: FieldSchema,
): FieldError['code'] | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') {
    return schema.minimum !== undefined && value < schema.minimum
      ? 'range'
      : undefined;
  }
  if (typeof value !== 'string') return undefined;
  const { minLength = 0, maxLength = Infinity } = schema;
  if (schema.enum && !schema.enum.includes(value)) return 'enum';
  if (value.length < minLength || value.length > maxLength) {
    // The API server counts characters, not UTF-16 units.
    const length = [...value].length;
    if (length < minLength || length > maxLength) return 'length';
  }
  if (schema.pattern && !new RegExp(schema.pattern, 'u').test(value)) {
    return 'pattern';
  }
  if (schema.format === 'date-time' && !isDateTime(value)) return 'format';
  return undefined;
}

function typeProblem(
  value: JsonValue | undefined,
  schema: FieldSchema,
): boolean {
  switch (schema.type) {
    case 'object':
      return !isObject(value);
    case 'array':
      return !Array.isArray(value);
    case 'integer':
      return typeof value !== 'bigint' && !Number.isInteger(value);
    case 'any':
      return false;
    default:
      return typeof value !== schema.type;
  }
}

function problemAt(
  path: string,
  code: FieldError['code'],
  value: JsonValue | undefined,
  schema: FieldSchema,
): FieldError {
  const shown = shownValue(path, value, schema);
  const subject = shown ?? 'the value (not shown, it may hold a secret)';
  return {
    path,
    code,
    message: `${path}: ${subject} is not allowed; expected ${allowedValues(schema)}`,
    ...(shown !== undefined && { value: shown }),
  };
}

function shownValue(
  path: string,
  value: JsonValue | undefined,
  schema: FieldSchema,
): string | undefined {
  if (schema.sensitive === 'url') {
    return showValue(
      typeof value === 'string' ? withoutCredentials(value) : value,
    );
  }
  const structured = schema.type === 'object' || schema.type === 'array';
  if (
    schema.sensitive ||
    (structured && (SECRET_NAME.test(path) || holdsSensitive(schema)))
  ) {
    return undefined;
  }
  return showValue(value);
}

function holdsSensitive(schema: FieldSchema): boolean {
  return [
    ...Object.values(schema.properties ?? {}),
    schema.items,
    schema.additionalProperties,
  ].some(part => part && (part.sensitive === true || holdsSensitive(part)));
}

function unknownField(
  name: string,
  parent: JsonObject,
  properties: Record<string, FieldSchema>,
  path: string,
): Warning {
  const free = Object.keys(properties).filter(p => !isSet(parent, p));
  const suggestion = nearest(name, free);
  return {
    path,
    code: 'unknownField',
    message: `${path}: there is no such field, it has no effect; ${
      suggestion ? `did you mean ${suggestion}?` : 'remove it'
    }`,
  };
}

function hasDefault(schema: FieldSchema | undefined): boolean {
  return schema?.default !== undefined;
}

function isSet(value: JsonObject, name: string): boolean {
  return (
    Object.hasOwn(value, name) &&
    value[name] !== null &&
    value[name] !== undefined
  );
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDateTime(value: string): boolean {
  return (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(value) &&
    !Number.isNaN(Date.parse(value))
  );
}
