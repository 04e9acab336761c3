import { stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import type { FieldProblem } from '../api/apiError';
import type { JsonObject, JsonValue } from '../json/value';
import { equal, isNumeric, isObject, member } from '../json/value';
import { formatProblem } from './formats';
import type { JsonSchema } from './jsonSchema';
import { memberSchema } from './jsonSchema';

/**
 * What in a custom resource breaks its schema, in the API server's words
 * (kube-openapi validation as of Kubernetes 1.34). An update may leave alone
 * what breaks the schema already.
 */
export function schemaProblems(
  schema: JsonSchema,
  object: JsonObject,
  live?: JsonObject,
): FieldProblem[] {
  const body = { ...object };
  delete body.metadata;
  const problems: FieldProblem[] = [];
  validate(schema, body, '', problems, live);
  return problems;
}

const BLOCKING = new Set<FieldProblem['reason']>([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

/** What is added to problems that keep the rules of the schema from being asked. */
export function uncheckedRules(
  problems: FieldProblem[],
): FieldProblem | undefined {
  if (!problems.some(({ reason }) => BLOCKING.has(reason))) return undefined;
  return {
    reason: 'FieldValueInvalid',
    field: '<nil>',
    message:
      'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
  };
}

function validate(
  schema: JsonSchema,
  value: JsonValue,
  path: string,
  problems: FieldProblem[],
  old?: JsonValue,
): void {
  if (value === null && schema.nullable) return;
  if (old !== undefined && equal(value, old)) return;
  const typeProblem = checkType(schema, value, path);
  if (typeProblem) {
    problems.push(typeProblem);
    return;
  }
  checkEnum(schema, value, path, problems);
  if (typeof value === 'string') checkString(schema, value, path, problems);
  if (isNumeric(value)) checkNumber(schema, value, path, problems);
  if (Array.isArray(value)) checkArray(schema, value, path, problems, old);
  if (isObject(value)) checkObject(schema, value, path, problems, old);
  checkCombinations(schema, value, path, problems);
}

function checkType(
  schema: JsonSchema,
  value: JsonValue,
  path: string,
): FieldProblem | undefined {
  if (schema['x-kubernetes-int-or-string']) {
    return typeof value === 'string' || isInteger(value)
      ? undefined
      : wrongType(path, value, 'integer,string');
  }
  if (!schema.type) return undefined;
  const actual = typeOf(value);
  const fits =
    actual === schema.type ||
    (schema.type === 'number' && actual === 'integer');
  return fits ? undefined : wrongType(path, value, schema.type);
}

function wrongType(
  path: string,
  value: JsonValue,
  expected: string,
): FieldProblem {
  const at = path || '<nil>';
  return {
    reason: 'FieldValueTypeInvalid',
    field: at,
    message: `Invalid value: ${JSON.stringify(typeOf(value))}: ${path} in body must be of type ${expected}: ${JSON.stringify(typeOf(value))}`,
  };
}

function checkEnum(
  schema: JsonSchema,
  value: JsonValue,
  path: string,
  problems: FieldProblem[],
): void {
  if (!schema.enum || schema.enum.some(allowed => equal(allowed, value))) {
    return;
  }
  problems.push({
    reason: 'FieldValueNotSupported',
    field: path,
    message: `Unsupported value: ${print(value)}: supported values: ${schema.enum
      .map(print)
      .join(', ')}`,
  });
}

function checkString(
  schema: JsonSchema,
  value: string,
  path: string,
  problems: FieldProblem[],
): void {
  const length = [...value].length;
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    problems.push({
      reason: 'FieldValueTooLong',
      field: path,
      message: `Too long: may not be more than ${schema.maxLength} bytes`,
    });
  } else if (schema.minLength !== undefined && length < schema.minLength) {
    invalidValue(
      problems,
      path,
      value,
      `should be at least ${schema.minLength} chars long`,
    );
  } else if (schema.pattern !== undefined && !matches(schema.pattern, value)) {
    invalidValue(problems, path, value, `should match '${schema.pattern}'`);
  }
  const wrong = schema.format && formatProblem(schema.format, value);
  if (wrong) {
    invalidValue(
      problems,
      path,
      value,
      `must be of type ${wrong}: ${JSON.stringify(value)}`,
    );
  }
}

// Patterns are Go's RE2; what JavaScript cannot compile is not checked.
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value);
  } catch {
    try {
      return new RegExp(pattern).test(value);
    } catch {
      return true;
    }
  }
}

function checkNumber(
  schema: JsonSchema,
  value: number | bigint,
  path: string,
  problems: FieldProblem[],
): void {
  const { minimum, maximum } = schema;
  if (minimum !== undefined) {
    if (schema.exclusiveMinimum ? value <= minimum : value < minimum) {
      const relation = schema.exclusiveMinimum
        ? 'greater than'
        : 'greater than or equal to';
      invalidValue(problems, path, value, `should be ${relation} ${minimum}`);
    }
  }
  if (maximum !== undefined) {
    if (schema.exclusiveMaximum ? value >= maximum : value > maximum) {
      const relation = schema.exclusiveMaximum
        ? 'less than'
        : 'less than or equal to';
      invalidValue(problems, path, value, `should be ${relation} ${maximum}`);
    }
  }
  if (schema.multipleOf && Number(value) % schema.multipleOf !== 0) {
    invalidValue(
      problems,
      path,
      value,
      `should be a multiple of ${schema.multipleOf}`,
    );
  }
}

function checkArray(
  schema: JsonSchema,
  value: JsonValue[],
  path: string,
  problems: FieldProblem[],
  old?: JsonValue,
): void {
  const { items } = schema;
  if (items) {
    for (const [index, item] of value.entries()) {
      const before = counterpart(schema, item, old);
      validate(items, item, `${path}[${index}]`, problems, before);
    }
  }
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    problems.push({
      reason: 'FieldValueTooMany',
      field: path,
      message: `Too many: ${value.length}: must have at most ${schema.maxItems} items`,
    });
  }
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    invalidValue(
      problems,
      path,
      value.length,
      `should have at least ${schema.minItems} items`,
    );
  }
  checkListEntries(schema, value, path, problems);
}

/** The entry of a keyed list before the update. */
function counterpart(
  schema: JsonSchema,
  item: JsonValue,
  old: JsonValue | undefined,
): JsonValue | undefined {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (keys.length === 0 || !Array.isArray(old) || !isObject(item)) {
    return undefined;
  }
  return old.find(
    before =>
      isObject(before) &&
      keys.every(key => equal(member(before, key), member(item, key))),
  );
}

function checkListEntries(
  schema: JsonSchema,
  value: JsonValue[],
  path: string,
  problems: FieldProblem[],
): void {
  const listType = schema['x-kubernetes-list-type'];
  if (listType !== 'map' && listType !== 'set') return;
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    let identity: JsonValue = item;
    if (listType === 'map') {
      if (!isObject(item)) continue;
      const keys: JsonObject = {};
      for (const key of schema['x-kubernetes-list-map-keys'] ?? []) {
        const entry = member(item, key);
        if (entry !== undefined) keys[key] = entry;
      }
      identity = keys;
    }
    const text = stringifyJson(identity, { sortKeys: true });
    if (seen.has(text)) {
      problems.push({
        reason: 'FieldValueDuplicate',
        field: `${path}[${index}]`,
        message: `Duplicate value: ${print(identity)}`,
      });
    }
    seen.add(text);
  }
}

function checkObject(
  schema: JsonSchema,
  value: JsonObject,
  path: string,
  problems: FieldProblem[],
  old?: JsonValue,
): void {
  const names = Object.keys(value).filter(name => value[name] !== undefined);
  for (const name of schema.required ?? []) {
    if (member(value, name) === undefined) {
      problems.push({
        reason: 'FieldValueRequired',
        field: join(path, name),
        message: 'Required value',
      });
    }
  }
  if (
    schema.maxProperties !== undefined &&
    names.length > schema.maxProperties
  ) {
    problems.push({
      reason: 'FieldValueTooMany',
      field: path,
      message: `Too many: ${names.length}: must have at most ${schema.maxProperties} items`,
    });
  }
  if (
    schema.minProperties !== undefined &&
    names.length < schema.minProperties
  ) {
    invalidValue(
      problems,
      path,
      names.length,
      `should have at least ${schema.minProperties} properties`,
    );
  }
  for (const name of names.sort()) {
    const property = memberSchema(schema, name);
    if (!property) continue;
    const before = isObject(old) ? member(old, name) : undefined;
    validate(property, value[name]!, join(path, name), problems, before);
  }
}

function checkCombinations(
  schema: JsonSchema,
  value: JsonValue,
  path: string,
  problems: FieldProblem[],
): void {
  for (const part of schema.allOf ?? []) validate(part, value, path, problems);
  const fits = (part: JsonSchema) => {
    const found: FieldProblem[] = [];
    validate(part, value, path, found);
    return found.length === 0;
  };
  if (schema.anyOf && !schema.anyOf.some(fits)) {
    invalidValue(
      problems,
      path,
      typeOf(value),
      'must validate at least one schema (anyOf)',
    );
  }
  if (schema.oneOf && schema.oneOf.filter(fits).length !== 1) {
    const found = schema.oneOf.filter(fits).length;
    invalidValue(
      problems,
      path,
      typeOf(value),
      `must validate one and only one schema (oneOf). ${
        found ? `Found ${found} valid alternatives` : 'Found none valid'
      }`,
    );
  }
  if (schema.not && fits(schema.not)) {
    invalidValue(
      problems,
      path,
      typeOf(value),
      'must not validate the schema (not)',
    );
  }
}

function invalidValue(
  problems: FieldProblem[],
  path: string,
  value: JsonValue,
  rule: string,
): void {
  const field = path || '<nil>';
  problems.push({
    reason: 'FieldValueInvalid',
    field,
    message: `Invalid value: ${print(value)}: ${path} in body ${rule}`,
  });
}

function join(path: string, name: string): string {
  return path ? `${path}.${name}` : name;
}

function print(value: JsonValue): string {
  return stringifyJson(value);
}

function isInteger(value: JsonValue): boolean {
  return (
    typeof value === 'bigint' ||
    (typeof value === 'number' && Number.isInteger(value))
  );
}

function typeOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (isInteger(value)) return 'integer';
  return typeof value;
}
