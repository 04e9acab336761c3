import type { JsonValue } from '../json/value';
import { isObject } from '../json/value';
import type { FieldType, ListType, MapType } from './fieldType';
import {
  branch,
  deduce,
  entryElement,
  memberType,
  printValue,
  scalarProblem,
} from './fieldType';
import { printElement } from './path';

/** Options of {@link typeProblems}. */
export interface TypeCheckOptions {
  /** Whether a list map or set may hold an entry twice, as stored objects may. */
  allowDuplicates: boolean;
}

/**
 * What keeps a value from being of a type, each with its field path
 * (structured-merge-diff 6, `typed/validate.go`).
 */
export function typeProblems(
  type: FieldType,
  value: JsonValue | undefined,
  options: TypeCheckOptions,
): string[] {
  return walk(type, value, options).map(({ path, message }) =>
    path ? `${path}: ${message}` : message,
  );
}

/** Several problems as one message, as the API server prints them. */
export function joinProblems(problems: readonly string[]): string {
  return problems.length === 1
    ? problems[0]
    : ['errors:', ...problems.map(problem => `  ${problem}`)].join('\n');
}

interface Problem {
  path: string;
  message: string;
}

function walk(
  declared: FieldType,
  value: JsonValue | undefined,
  options: TypeCheckOptions,
): Problem[] {
  const type = deduce(declared, value);
  switch (branch(type)) {
    case 'map':
      return walkMap(type.map!, value, options);
    case 'list':
      return walkList(type.list!, value, options);
    default: {
      const problem = scalarProblem(type.scalar!, value);
      return problem ? [{ path: '', message: problem }] : [];
    }
  }
}

function walkMap(
  type: MapType,
  value: JsonValue | undefined,
  options: TypeCheckOptions,
): Problem[] {
  if (value === null || value === undefined) return [];
  if (!isObject(value)) {
    return [{ path: '', message: `expected map, got ${printValue(value)}` }];
  }
  const problems: Problem[] = [];
  for (const [name, entry] of Object.entries(value)) {
    const entryType = memberType(type, name);
    if (!entryType) {
      problems.push({
        path: `.${name}`,
        message: 'field not declared in schema',
      });
      continue;
    }
    problems.push(...under(`.${name}`, walk(entryType, entry, options)));
  }
  return problems;
}

function walkList(
  type: ListType,
  value: JsonValue | undefined,
  options: TypeCheckOptions,
): Problem[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) {
    return [{ path: '', message: `expected list, got ${printValue(value)}` }];
  }
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const [index, entry] of value.entries()) {
    let name = `[${index}]`;
    if (type.relation !== 'atomic') {
      const found = entryElement(type, entry);
      if ('problem' in found) {
        problems.push({
          path: '',
          message: `element ${index}: ${found.problem}`,
        });
        return problems;
      }
      name = printElement(found.element);
      if (seen.has(found.element) && !options.allowDuplicates) {
        problems.push({
          path: '',
          message: `duplicate entries for key ${name}`,
        });
      }
      seen.add(found.element);
    }
    problems.push(...under(name, walk(type.element, entry, options)));
  }
  return problems;
}

function under(prefix: string, problems: Problem[]): Problem[] {
  return problems.map(({ path, message }) => ({
    path: prefix + path,
    message,
  }));
}
