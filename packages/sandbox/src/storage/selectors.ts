import type { JsonObject } from '../json/value';
import { asObject, at } from '../json/value';

/** Whether an object is selected. */
export type Selector = (object: JsonObject) => boolean;

/** A selector that is not understood. */
export class SelectorError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SelectorError';
  }
}

type LabelTest = (labels: JsonObject) => boolean;

/**
 * Reads a label selector: `a=b`, `a==b`, `a!=b`, `a`, `!a`, `a in (x,y)`,
 * `a notin (x,y)`, `a>1`, `a<1`, separated by commas.
 *
 * @throws {@link SelectorError}
 */
export function labelSelector(text: string): Selector {
  const tests = splitRequirements(text).map(labelTest);
  return object => {
    const labels = asObject(at(object, 'metadata', 'labels'));
    return tests.every(test => test(labels));
  };
}

function splitRequirements(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const sign of text) {
    if (sign === '(') depth += 1;
    if (sign === ')') depth -= 1;
    if (sign === ',' && depth === 0) {
      parts.push(part);
      part = '';
    } else {
      part += sign;
    }
  }
  parts.push(part);
  return parts.map(entry => entry.trim()).filter(Boolean);
}

const KEY = '[A-Za-z0-9_./-]+';
const SET_TEST = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const VALUE_TEST = new RegExp(`^(${KEY})\\s*(==|=|!=|>|<)\\s*([^\\s=!<>]*)$`);
const EXISTS_TEST = new RegExp(`^(!?)\\s*(${KEY})$`);

function labelTest(requirement: string): LabelTest {
  const inSet = SET_TEST.exec(requirement);
  if (inSet) {
    const [, key, operator, list] = inSet;
    const values = new Set(list.split(',').map(value => value.trim()));
    return operator === 'in'
      ? labels => Object.hasOwn(labels, key) && values.has(String(labels[key]))
      : labels =>
          !Object.hasOwn(labels, key) || !values.has(String(labels[key]));
  }
  const comparison = VALUE_TEST.exec(requirement);
  if (comparison) return valueTest(comparison);
  const exists = EXISTS_TEST.exec(requirement);
  if (exists) {
    const [, not, key] = exists;
    return labels => Object.hasOwn(labels, key) !== Boolean(not);
  }
  throw new SelectorError(
    `unable to parse requirement: found '${requirement}', expected: a label requirement`,
  );
}

function valueTest([, key, operator, value]: string[]): LabelTest {
  switch (operator) {
    case '!=':
      return labels => labels[key] !== value;
    case '>':
      return labels =>
        Object.hasOwn(labels, key) && Number(labels[key]) > Number(value);
    case '<':
      return labels =>
        Object.hasOwn(labels, key) && Number(labels[key]) < Number(value);
    default:
      return labels => labels[key] === value;
  }
}

/**
 * Reads a field selector: `path=value`, `path==value`, `path!=value`,
 * separated by commas. What keeps a path from being selected is for the kind to
 * say.
 *
 * @throws {@link SelectorError}
 */
export function fieldSelector(
  text: string,
  problemOf: (path: string) => string | undefined,
): Selector {
  const tests = text
    .split(',')
    .filter(Boolean)
    .map(requirement => {
      const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(requirement);
      if (!match) {
        throw new SelectorError(
          `invalid selector: '${text}'; can't understand '${requirement}'`,
        );
      }
      const [, path, operator, value] = match;
      const problem = problemOf(path);
      if (problem) throw new SelectorError(problem);
      const steps = path.split('.');
      return (object: JsonObject) => {
        const found = at(object, ...steps);
        const actual =
          found === undefined || found === null ? '' : String(found);
        return (actual === value) === (operator !== '!=');
      };
    });
  return object => tests.every(test => test(object));
}
