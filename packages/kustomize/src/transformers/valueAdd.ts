import { FieldSpec, splitPath } from '../fields/FieldSpec';
import { isIndex, parseCondition } from '../fields/fieldPath';
import {
  YamlNode,
  getField,
  isMap,
  isMissing,
  isScalar,
  setField,
  textOf,
  typeOf,
} from '../fields/YamlNode';
import { FieldSlot } from '../fields/visitField';
import { KustomizeError } from '../KustomizeError';
import { ValueAdd } from '../kustomization/readValueAdd';
import { Resource } from '../resources/Resource';
import { ResourceList } from '../resources/ResourceList';
import { formatId } from '../resources/ResourceId';
import { selectResources } from '../resources/selectResources';
import { setResourceNamespace } from './namespace';

const NAMESPACE = 'metadata/namespace';

/** Runs the plugin ValueAddTransformer; without a selector it takes all. */
export function addValues(resources: ResourceList, config: ValueAdd): void {
  const { value, targets } = config;
  for (const { selector, fieldPath, position } of targets) {
    for (const resource of selectResources(resources, selector ?? {})) {
      if (fieldPath === NAMESPACE) {
        setResourceNamespace(resource, {
          namespace: value,
          fields: [],
        });
      } else {
        addValue(resource, fieldPath, value, position);
      }
    }
  }
  resources.changed();
}

/**
 * Writes a text into one field, which is created where it is missing. With a
 * position (from 1), the text becomes a part of the path that the field holds.
 *
 * @throws KustomizeError `wrong-type`, `no-match`
 */
function addValue(
  resource: Resource,
  path: FieldSpec['path'],
  value: string,
  position: number,
): void {
  const fail = (problem: string): never => {
    throw new KustomizeError({
      code: 'wrong-type',
      problem,
      field: path,
      object: formatId(resource.currentId()),
    });
  };
  let slot: FieldSlot = { value: resource.node, set: () => undefined };
  const parts = splitPath(path).filter(part => part !== '');
  parts.forEach((part, i) => {
    slot = step(slot.value, part, parts[i + 1], fail);
  });
  if (!isScalar(slot.value)) {
    fail(`${typeOf(slot.value)} stands where a text is expected`);
  }
  const before = isMissing(slot.value) ? '' : textOf(slot.value);
  slot.set(position > 0 ? insertPart(before, position - 1, value) : value);
}

function step(
  node: YamlNode,
  part: string,
  next: string | undefined,
  fail: (problem: string) => never,
): FieldSlot {
  const condition = parseCondition(part);
  if (!condition && !isIndex(part) && part !== '-') {
    if (!isMap(node)) {
      return fail(`${typeOf(node)} has no field "${part}"`);
    }
    if (getField(node, part) === undefined) {
      setField(node, part, emptyBefore(next));
    }
    return {
      value: node[part],
      set: value => setField(node, part, value),
    };
  }
  if (!Array.isArray(node)) {
    return fail(`${typeOf(node)} has no element "${part}"`);
  }
  let index = part === '-' ? node.length - 1 : Number(part);
  if (condition) {
    const { key, value } = condition;
    index = node.findIndex(item =>
      key === ''
        ? textOf(item) === value
        : textOf(getField(item, key)) === value,
    );
    if (index < 0) {
      index = node.push(key === '' ? value : { [key]: value }) - 1;
    }
  }
  if (index < 0 || index >= node.length) {
    return fail(`the list has no element "${part}"`);
  }
  return {
    value: node[index],
    set: value => {
      node[index] = value;
    },
  };
}

function emptyBefore(next: string | undefined): YamlNode {
  if (next === undefined) {
    return '';
  }
  return isIndex(next) || parseCondition(next) ? [] : {};
}

/** An absolute path stays one; behind the end means at the end. */
function insertPart(path: string, position: number, part: string): string {
  const parts =
    path === ''
      ? []
      : path.split('/').filter((name, i) => name !== '' || i === 0);
  const isAbsolute = parts[0] === '';
  let index = Math.min(position, parts.length);
  if (isAbsolute && index < parts.length) {
    index++;
  }
  parts.splice(index, 0, part);
  return parts.join('/');
}
