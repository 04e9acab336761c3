import { KustomizeError } from '../KustomizeError';

type Requirement = (labels: ReadonlyMap<string, string>) => boolean;

const SET = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/;
const COMPARISON = /^([^=!<>\s]+)\s*(==|=|!=|>|<)\s*(\S*)$/;
const KEY = /^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$/;

/**
 * Compiles a selector such as `app=web,tier!=db,env in (a,b),!canary`; an empty
 * one selects everything.
 *
 * @throws KustomizeError `invalid-kustomization`
 */
export function compileLabelSelector(text: string): Requirement {
  const requirements = split(text).map(compileRequirement);
  return labels => requirements.every(requirement => requirement(labels));
}

function split(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let current = '';
  for (const char of text) {
    depth += Number(char === '(') - Number(char === ')');
    if (char === ',' && depth === 0) {
      parts.push(current.trim());
      current = '';
    } else {
      current += char;
    }
  }
  parts.push(current.trim());
  return parts.length === 1 && parts[0] === '' ? [] : parts;
}

function compileRequirement(text: string): Requirement {
  const set = SET.exec(text);
  if (set) {
    const [, key, operator, list] = set;
    const values = new Set(list.split(',').map(value => value.trim()));
    return operator === 'in'
      ? labels => labels.has(key) && values.has(labels.get(key)!)
      : labels => !labels.has(key) || !values.has(labels.get(key)!);
  }
  const comparison = COMPARISON.exec(text);
  if (comparison) {
    const [, key, operator, value] = comparison;
    switch (operator) {
      case '!=':
        return labels => labels.get(key) !== value;
      case '>':
        return labels =>
          labels.has(key) && Number(labels.get(key)) > Number(value);
      case '<':
        return labels =>
          labels.has(key) && Number(labels.get(key)) < Number(value);
      default:
        return labels => labels.get(key) === value;
    }
  }
  const key = text.replace(/^!\s*/, '');
  if (!KEY.test(key)) {
    throw new KustomizeError({
      code: 'invalid-kustomization',
      problem: `"${text}" is not a label selector`,
    });
  }
  return text.startsWith('!')
    ? labels => !labels.has(key)
    : labels => labels.has(key);
}
