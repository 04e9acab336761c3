import type { ASTNode, Environment } from '@marcbachmann/cel-js';
import type { FieldProblem } from '../api/apiError';
import type { JsonSchema, ValidationRule } from '../kinds/jsonSchema';
import { memberSchema } from '../kinds/jsonSchema';
import { escapeProperty } from './celValue';
import { createEnvironment } from './environment';
import { expressionError } from './errors';
import { visit } from './schemaRules';

/**
 * What is wrong with the rules of a definition's schema: what does not parse,
 * what reads a field that the schema does not declare. Types and costs of
 * expressions are not worked out.
 */
export function ruleProblems(
  schema: JsonSchema,
  path: string,
  environment: Environment = createEnvironment(),
): FieldProblem[] {
  const own = (schema['x-kubernetes-validations'] ?? []).flatMap(
    (rule, index) => {
      const problem = ruleProblem(environment, schema, rule);
      const field = `${path}.x-kubernetes-validations[${index}].rule`;
      return problem ? [invalidRule(field, rule, problem)] : [];
    },
  );
  const below = Object.entries(schema.properties ?? {}).flatMap(
    ([name, property]) =>
      ruleProblems(property, `${path}.properties[${name}]`, environment),
  );
  const items = schema.items
    ? ruleProblems(schema.items, `${path}.items`, environment)
    : [];
  const values =
    typeof schema.additionalProperties === 'object'
      ? ruleProblems(
          schema.additionalProperties,
          `${path}.additionalProperties`,
          environment,
        )
      : [];
  return [...own, ...below, ...items, ...values];
}

function ruleProblem(
  environment: Environment,
  schema: JsonSchema,
  rule: ValidationRule,
): string | undefined {
  const compiled = (column: number, what: string) =>
    [
      `compilation failed: ERROR: <input>:1:${column + 1}: ${what}`,
      ` | ${rule.rule}`,
      ` | ${'.'.repeat(column)}^`,
    ].join('\n');
  let ast: ASTNode;
  try {
    ast = environment.parse(rule.rule).ast;
  } catch (error) {
    const { range } = error as { range?: { start: number } };
    return compiled(
      range?.start ?? 0,
      `Syntax error: ${expressionError(error)}`,
    );
  }
  const result = typeAt(ast, schema)?.type;
  if (result !== undefined && result !== 'boolean') {
    return 'cel expression must evaluate to a bool';
  }
  let problem: string | undefined;
  visit(ast, node => {
    if (node.op !== '.' || problem) return;
    const [target, name] = node.args;
    const type = typeAt(target, schema);
    if (!type?.properties || type['x-kubernetes-embedded-resource']) return;
    const names = Object.keys(type.properties).map(escapeProperty);
    const isRoot = target.op === 'id';
    if (isRoot && ['apiVersion', 'kind', 'metadata'].includes(name)) return;
    if (!names.includes(name)) {
      const isTest = /has\(\s*$/.test(rule.rule.slice(0, target.start));
      const column = isTest ? target.start - 1 : target.end;
      problem = compiled(column, `undefined field '${name}'`);
    }
  });
  return problem;
}

/** The schema of what an expression reads, as far as that is a path from `self`. */
function typeAt(node: ASTNode, self: JsonSchema): JsonSchema | undefined {
  if (node.op === 'id') {
    return node.args === 'self' || node.args === 'oldSelf' ? self : undefined;
  }
  if (node.op !== '.') return undefined;
  const [target, name] = node.args;
  const type = typeAt(target, self);
  const property = Object.keys(type?.properties ?? {}).find(
    key => escapeProperty(key) === name,
  );
  return memberSchema(type, property ?? name);
}

function invalidRule(
  field: string,
  rule: ValidationRule,
  problem: string,
): FieldProblem {
  const value = JSON.stringify({
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  });
  return {
    reason: 'FieldValueInvalid',
    field,
    message: `Invalid value: ${value}: ${problem}`,
  };
}
