import { SpelledScalar } from '@backstage-gitops/kubernetes-yaml';
import { RE2JS } from 're2js';
import { KustomizeError } from '../KustomizeError';
import { isIndex, parseCondition } from './fieldPath';
import { YamlNode, getField, isMap, setField, textOf } from './YamlNode';
import { assignField } from './sharedFields';
import { FieldSlot } from './visitField';

/** A scalar that has just been created: it takes whatever type comes. */
export const UNTYPED = new SpelledScalar('', null);

/** The one value at a path; conditions take the first element that fits. */
export function findField(
  root: YamlNode,
  path: readonly string[],
): YamlNode | undefined {
  let current: YamlNode | undefined = root;
  for (const part of path) {
    const condition = parseCondition(part);
    if (Array.isArray(current)) {
      if (condition) {
        current = current.find(item =>
          condition.key === ''
            ? textOf(item) === condition.value
            : textOf(getField(item, condition.key)) === condition.value &&
              getField(item, condition.key) !== undefined,
        );
      } else if (part === '-') {
        current = current[current.length - 1];
      } else {
        current = isIndex(part) ? current[Number(part)] : undefined;
      }
    } else {
      current = getField(current, part);
    }
  }
  return current;
}

/**
 * All places that a path of a replacement matches: `*` is every element,
 * conditions are regular expressions. With `createAs`, what is missing is
 * created, the last field as something of the same type.
 *
 * @throws KustomizeError `wrong-type`, `no-match`
 */
export function findFields(
  root: YamlNode,
  path: readonly string[],
  createAs: YamlNode | undefined,
): FieldSlot[] {
  const slots: FieldSlot[] = [];
  function walk(slot: FieldSlot, depth: number): void {
    if (depth === path.length) {
      slots.push(slot);
      return;
    }
    const part = path[depth];
    const node = slot.value;
    const condition = parseCondition(part);
    const next = () => emptyFor(path[depth + 1], createAs!);
    if (!condition && part !== '*' && !(isIndex(part) && !isMap(node))) {
      if (!isMap(node)) {
        throw mismatch('a mapping', part);
      }
      if (getField(node, part) === undefined) {
        if (createAs === undefined) {
          return;
        }
        setField(node, part, next());
      }
      walk(fieldOf(node, part), depth + 1);
      return;
    }
    if (!Array.isArray(node)) {
      throw mismatch('a list', part);
    }
    if (part === '*') {
      node.forEach((_, i) => walk(elementOf(node, i), depth + 1));
    } else if (condition) {
      walkMatching(node, condition, depth);
    } else {
      const index = Number(part);
      if (index === node.length && createAs !== undefined) {
        node.push(next());
      }
      if (index >= node.length) {
        throw new KustomizeError({
          code: 'no-match',
          problem: `the list has ${node.length} elements, and none at ${index}`,
        });
      }
      walk(elementOf(node, index), depth + 1);
    }
  }
  function walkMatching(
    list: YamlNode[],
    { key, value }: { key: string; value: string },
    depth: number,
  ): void {
    const matches = compile(value);
    const fits = (item: YamlNode) => {
      if (key === '') {
        return matches(textOf(item));
      }
      const field = getField(item, key);
      return field !== undefined && matches(textOf(field));
    };
    if (createAs !== undefined && !list.some(fits)) {
      const element: YamlNode = key === '' ? value : { [key]: value };
      list.push(element);
    }
    list.forEach((item, i) => {
      if (fits(item)) {
        // For scalars, the rest of the path does not count.
        walk(elementOf(list, i), key === '' ? path.length : depth + 1);
      }
    });
  }
  walk({ value: root, set: () => undefined }, 0);
  return slots;
}

function emptyFor(nextPart: string | undefined, createAs: YamlNode): YamlNode {
  if (nextPart === undefined) {
    if (Array.isArray(createAs)) {
      return [];
    }
    return isMap(createAs) ? {} : UNTYPED;
  }
  return isIndex(nextPart) || nextPart === '*' || parseCondition(nextPart)
    ? []
    : {};
}

function compile(pattern: string): (text: string) => boolean {
  try {
    const compiled = RE2JS.compile(pattern);
    return text => compiled.matcher(text).find();
  } catch {
    throw new KustomizeError({
      code: 'invalid-kustomization',
      problem: `"${pattern}" is not a regular expression`,
    });
  }
}

function mismatch(expected: string, part: string): KustomizeError {
  return new KustomizeError({
    code: 'wrong-type',
    problem: `${expected} is expected at "${part}"`,
  });
}

function fieldOf(map: { [key: string]: YamlNode }, name: string): FieldSlot {
  return {
    get value() {
      return map[name];
    },
    set: value => assignField(map, name, value),
  };
}

function elementOf(list: YamlNode[], index: number): FieldSlot {
  return {
    get value() {
      return list[index];
    },
    set: value => {
      list[index] = value;
    },
  };
}
