import type { JsonValue } from '../json/value';
import { isObject, member } from '../json/value';

type Step =
  | { kind: 'field'; name: string }
  | { kind: 'index'; index: number }
  | { kind: 'all' }
  | { kind: 'deep'; name: string }
  | { kind: 'filter'; path: Step[]; operator: string; value: string };

/**
 * Evaluates the JSONPath of printer columns and scale paths: fields, indexes,
 * `[*]`, `..field`, and filters such as `[?(@.type=="Ready")]`. An expression
 * that is not understood finds nothing.
 */
export function evaluateJsonPath(
  expression: string,
  value: JsonValue,
): JsonValue[] {
  const steps = parsePath(expression.replace(/^\$/, ''));
  return steps ? run(steps, value) : [];
}

function run(steps: Step[], value: JsonValue): JsonValue[] {
  let current = [value];
  for (const step of steps) current = current.flatMap(item => take(step, item));
  return current;
}

function take(step: Step, value: JsonValue): JsonValue[] {
  switch (step.kind) {
    case 'field': {
      const found = isObject(value) ? member(value, step.name) : undefined;
      return found === undefined || found === null ? [] : [found];
    }
    case 'index': {
      if (!Array.isArray(value)) return [];
      const found = value.at(step.index);
      return found === undefined ? [] : [found];
    }
    case 'all':
      if (Array.isArray(value)) return value;
      return isObject(value)
        ? Object.values(value).filter(item => item !== undefined)
        : [];
    case 'deep':
      return descend(step.name, value);
    default:
      return Array.isArray(value)
        ? value.filter(item =>
            run(step.path, item).some(found =>
              compare(found, step.operator, step.value),
            ),
          )
        : [];
  }
}

function descend(name: string, value: JsonValue): JsonValue[] {
  if (Array.isArray(value)) return value.flatMap(item => descend(name, item));
  if (!isObject(value)) return [];
  const found = member(value, name);
  return [
    ...(found === undefined ? [] : [found]),
    ...Object.values(value).flatMap(item =>
      item === undefined ? [] : descend(name, item),
    ),
  ];
}

function compare(found: JsonValue, operator: string, text: string): boolean {
  const actual = String(found);
  switch (operator) {
    case '==':
      return actual === text;
    case '!=':
      return actual !== text;
    case '>':
      return Number(actual) > Number(text);
    case '<':
      return Number(actual) < Number(text);
    case '>=':
      return Number(actual) >= Number(text);
    default:
      return Number(actual) <= Number(text);
  }
}

const FIELD = /^\.?((?:\\.|[^.[\]\\])+)/;
const DEEP = /^\.\.((?:\\.|[^.[\]\\])+)/;
const FILTER =
  /^\[\?\(\s*@((?:\\.|[^=!<>\s])+)\s*(==|!=|>=|<=|>|<)\s*("[^"]*"|'[^']*'|[^)\s]+)\s*\)\]/;
const BRACKET = /^\[(?:(-?\d+)|(\*)|'([^']*)'|"([^"]*)")\]/;

function parsePath(text: string): Step[] | undefined {
  const steps: Step[] = [];
  let rest = text;
  while (rest && rest !== '.') {
    const [step, length] = parseStep(rest) ?? [];
    if (!step || !length) return undefined;
    steps.push(step);
    rest = rest.slice(length);
  }
  return steps;
}

function parseStep(text: string): [Step, number] | undefined {
  const deep = DEEP.exec(text);
  if (deep) return [{ kind: 'deep', name: unescape(deep[1]) }, deep[0].length];
  const filter = FILTER.exec(text);
  if (filter) {
    const path = parsePath(filter[1]);
    return (
      path && [
        {
          kind: 'filter',
          path,
          operator: filter[2],
          value: filter[3].replace(/^["']|["']$/g, ''),
        },
        filter[0].length,
      ]
    );
  }
  const bracket = BRACKET.exec(text);
  if (bracket) return [bracketStep(bracket), bracket[0].length];
  if (text.startsWith('.*')) return [{ kind: 'all' }, 2];
  const field = FIELD.exec(text);
  return field
    ? [{ kind: 'field', name: unescape(field[1]) }, field[0].length]
    : undefined;
}

function bracketStep([, index, all, single, double]: string[]): Step {
  if (index !== undefined) return { kind: 'index', index: Number(index) };
  if (all !== undefined) return { kind: 'all' };
  return { kind: 'field', name: single ?? double };
}

function unescape(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}
