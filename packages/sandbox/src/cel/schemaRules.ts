import type { ASTNode, Environment, ParseResult } from '@marcbachmann/cel-js';
import { Optional } from '@marcbachmann/cel-js';
import type { FieldProblem } from '../api/apiError';
import type { JsonObject, JsonValue } from '../json/value';
import { equal, isObject, member } from '../json/value';
import type { JsonSchema, ValidationRule } from '../kinds/jsonSchema';
import { memberSchema } from '../kinds/jsonSchema';
import { addIdentity, celValue } from './celValue';
import { createEnvironment } from './environment';
import { expressionError } from './errors';

interface CompiledRule {
  rule: ValidationRule;
  holds: ParseResult;
  message?: ParseResult;
  /** Rules about a change are not asked of a new value. */
  comparesOld: boolean;
}

/** A value, what it was, and its place. */
interface Node {
  schema: JsonSchema;
  value: JsonValue | undefined;
  old: JsonValue | undefined;
  path: string;
  isUnchanged?: boolean;
}

/**
 * Evaluates the rules of custom resources (`x-kubernetes-validations`;
 * apiextensions 0.34, `schema/cel/validation.go`).
 */
export class SchemaRules {
  private readonly environment: Environment = createEnvironment();
  private readonly compiled = new WeakMap<JsonSchema, CompiledRule[]>();
  private readonly relevant = new WeakMap<JsonSchema, boolean>();

  /** Which rules an object breaks; `live` is the object before an update. */
  problems(
    schema: JsonSchema,
    object: JsonObject,
    live: JsonObject | undefined,
  ): FieldProblem[] {
    if (!this.isRelevant(schema)) return [];
    const found: FieldProblem[] = [];
    this.walk({ schema, value: object, old: live, path: '' }, found);
    return found;
  }

  /** Whether a schema, or one below it, has rules. */
  private isRelevant(schema: JsonSchema): boolean {
    const known = this.relevant.get(schema);
    if (known !== undefined) return known;
    const below = [
      ...Object.values(schema.properties ?? {}),
      ...(schema.items ? [schema.items] : []),
      ...(typeof schema.additionalProperties === 'object'
        ? [schema.additionalProperties]
        : []),
    ];
    const result =
      (schema['x-kubernetes-validations'] ?? []).length > 0 ||
      below.some(entry => this.isRelevant(entry));
    this.relevant.set(schema, result);
    return result;
  }

  private walk(node: Node, found: FieldProblem[]): void {
    const { schema, value, old, path } = node;
    if (value === undefined || value === null || !this.isRelevant(schema)) {
      return;
    }
    // Also where the old value of an entry cannot be told: all of it is the same.
    const isUnchanged =
      node.isUnchanged || (old !== undefined && equal(value, old));
    this.check({ ...node, value, isUnchanged }, found);
    if (Array.isArray(value) && schema.items) {
      for (const [index, item] of value.entries()) {
        const child = {
          schema: schema.items,
          value: item,
          old: counterpart(schema, item, old),
          path: `${path}[${index}]`,
          isUnchanged,
        };
        this.walk(child, found);
      }
    } else if (isObject(value)) {
      for (const name of Object.keys(value).sort()) {
        const property = memberSchema(schema, name);
        if (!property) continue;
        const isDeclared = Object.hasOwn(schema.properties ?? {}, name);
        const step = path ? `${path}.${name}` : name;
        const child = {
          schema: property,
          value: member(value, name),
          old: isObject(old) ? member(old, name) : undefined,
          path: isDeclared ? step : `${path}[${name}]`,
          isUnchanged,
        };
        this.walk(child, found);
      }
    }
  }

  private check(
    { schema, value, old, path, isUnchanged }: Node & { value: JsonValue },
    found: FieldProblem[],
  ): void {
    const rules = this.rulesOf(schema);
    if (rules.length === 0) return;
    let self: unknown;
    let oldSelf: unknown;
    for (const compiled of rules) {
      const { rule, comparesOld } = compiled;
      if (comparesOld && old === undefined && !rule.optionalOldSelf) continue;
      // What an update leaves alone may go on breaking a rule.
      if (!comparesOld && isUnchanged) continue;
      self ??= valueOf(schema, value, path);
      const context: Record<string, unknown> = { self };
      if (comparesOld) {
        if (old !== undefined) oldSelf ??= valueOf(schema, old, path);
        context.oldSelf = rule.optionalOldSelf
          ? optional(old === undefined ? undefined : oldSelf)
          : oldSelf;
      }
      const failure = failureOf(compiled, context);
      if (failure) {
        const { isError, text } = failure;
        // What cannot be evaluated is a fault of the value, not of a field below.
        found.push(problemOf(schema, isError ? {} : rule, path, text));
      }
    }
  }

  private rulesOf(schema: JsonSchema): CompiledRule[] {
    let rules = this.compiled.get(schema);
    if (!rules) {
      rules = [];
      for (const rule of schema['x-kubernetes-validations'] ?? []) {
        // Definitions whose rules cannot be read are refused when they are created.
        const compiled = this.compile(rule);
        if (compiled) rules.push(compiled);
      }
      this.compiled.set(schema, rules);
    }
    return rules;
  }

  private compile(rule: ValidationRule): CompiledRule | undefined {
    try {
      const holds = this.environment.parse(rule.rule);
      return {
        rule,
        holds,
        message: rule.messageExpression
          ? this.environment.parse(rule.messageExpression)
          : undefined,
        comparesOld: mentions(holds.ast, 'oldSelf'),
      };
    } catch {
      return undefined;
    }
  }
}

function valueOf(schema: JsonSchema, value: JsonValue, path: string): unknown {
  const result = celValue(schema, value);
  if (path === '' && result instanceof Map && isObject(value)) {
    addIdentity(result, value);
  }
  return result;
}

function optional(value: unknown): Optional {
  return value === undefined ? Optional.none() : Optional.of(value);
}

/** The old entry of a list that is keyed; those of other lists have no identity. */
function counterpart(
  schema: JsonSchema,
  item: JsonValue,
  old: JsonValue | undefined,
): JsonValue | undefined {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(old)) {
    return undefined;
  }
  return old.find(
    before =>
      isObject(before) &&
      isObject(item) &&
      keys.every(key => equal(member(before, key), member(item, key))),
  );
}

/** Why a rule does not hold; undefined when it does. */
function failureOf(
  { rule, holds, message }: CompiledRule,
  context: Record<string, unknown>,
): { text: string; isError: boolean } | undefined {
  const source = rule.rule.trim();
  try {
    if (holds(context) === true) return undefined;
  } catch (error) {
    const what = rule.message?.trim() || source;
    const text = `${expressionError(error)} evaluating rule: ${what}`;
    return { text, isError: true };
  }
  const said = message && evaluatedMessage(message, context);
  const text = said ?? (rule.message?.trim() || `failed rule: ${source}`);
  return { text, isError: false };
}

/** A message of one line; anything else falls back to the fixed one. */
function evaluatedMessage(
  message: ParseResult,
  context: Record<string, unknown>,
): string | undefined {
  try {
    const said: unknown = message(context);
    if (typeof said !== 'string') return undefined;
    const text = said.trim();
    return text && !text.includes('\n') ? text : undefined;
  } catch {
    return undefined;
  }
}

function problemOf(
  schema: JsonSchema,
  rule: Pick<ValidationRule, 'fieldPath' | 'reason'>,
  path: string,
  failure: string,
): FieldProblem {
  const below = (rule.fieldPath ?? '').replace(/\['([^']*)'\]/g, '.$1');
  const field = path ? `${path}${below}` : below.replace(/^\./, '');
  const type = JSON.stringify(schema.type ?? 'object');
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return {
        reason: rule.reason,
        field,
        message: `Forbidden: ${failure}`,
      };
    case 'FieldValueRequired':
      return {
        reason: rule.reason,
        field,
        message: `Required value: ${failure}`,
      };
    case 'FieldValueDuplicate':
      return {
        reason: rule.reason,
        field,
        message: `Duplicate value: ${type}`,
      };
    default:
      return {
        reason: 'FieldValueInvalid',
        field: field || '<nil>',
        message: `Invalid value: ${type}: ${failure}`,
      };
  }
}

/** Whether an expression reads a variable. */
export function mentions(node: ASTNode, variable: string): boolean {
  let found = false;
  visit(node, ({ op, args }) => {
    if (op === 'id' && args === variable) found = true;
  });
  return found;
}

/** Calls back for each node of an expression. */
export function visit(node: ASTNode, callback: (node: ASTNode) => void): void {
  callback(node);
  const descend = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(descend);
    else if (typeof value === 'object' && value !== null && 'op' in value) {
      visit(value as ASTNode, callback);
    }
  };
  descend(node.args);
}
