import { KustomizeError } from '../KustomizeError';
import { Resource } from '../resources/Resource';
import { formatId, isSelected } from '../resources/ResourceId';
import { FieldSpec, splitPath } from './FieldSpec';
import {
  YamlMap,
  YamlNode,
  getField,
  isMap,
  isNull,
  setField,
} from './YamlNode';

/** A place in a resource: what is there, and how to replace it. */
export interface FieldSlot {
  readonly value: YamlNode;
  set(value: YamlNode): void;
}

/** What a missing last field is created as. */
export type CreateAs = 'none' | 'map' | 'scalar';

/**
 * Visits the fields that a specification names in a resource of its kind.
 * Lists on the way are walked through; with `create`, missing mappings are
 * made, and the last field as `createAs` says.
 *
 * @throws KustomizeError `wrong-type`
 */
export function visitField(
  resource: Resource,
  spec: FieldSpec,
  createAs: CreateAs,
  visit: (slot: FieldSlot) => void,
): void {
  if (!matchesKind(resource, spec)) {
    return;
  }
  const path = splitPath(spec.path);
  const walk = (slot: FieldSlot, depth: number): void => {
    if (depth === path.length) {
      visit(slot);
      return;
    }
    const node = slot.value;
    if (isNull(node)) {
      return;
    }
    if (Array.isArray(node)) {
      node.forEach((_, i) => walk(elementSlot(node, i), depth));
      return;
    }
    if (!isMap(node)) {
      throw new KustomizeError({
        code: 'wrong-type',
        problem: 'a scalar stands where a mapping or list is expected',
        field: spec.path,
        object: formatId(resource.currentId()),
      });
    }
    const isList = path[depth].endsWith('[]');
    const name = isList ? path[depth].slice(0, -2) : path[depth];
    if (name === '') {
      throw new KustomizeError({
        code: 'wrong-type',
        problem: 'the path of a field has an empty name',
        field: spec.path,
      });
    }
    const last = depth === path.length - 1;
    const creates = spec.create === true && createAs !== 'none' && !isList;
    let current = getField(node, name);
    if (isList && isNull(current)) {
      // kustomize turns a null that should be a list into an empty one.
      current = [];
      setField(node, name, current);
    }
    if (current === undefined || (creates && isNull(current))) {
      if (!creates) {
        return;
      }
      setField(node, name, last && createAs === 'scalar' ? '' : {});
    }
    walk(fieldSlot(node, name), depth + 1);
  };
  walk(
    {
      value: resource.node,
      set: () => undefined,
    },
    0,
  );
}

/** The same for several specifications, in order. */
export function visitFields(
  resource: Resource,
  specs: readonly FieldSpec[],
  createAs: CreateAs,
  visit: (slot: FieldSlot) => void,
): void {
  for (const spec of specs) {
    visitField(resource, spec, createAs, visit);
  }
}

function matchesKind(resource: Resource, spec: FieldSpec): boolean {
  if (spec.kind && spec.kind !== resource.kind) {
    return false;
  }
  return isSelected(resource.currentId(), spec);
}

function fieldSlot(map: YamlMap, name: string): FieldSlot {
  return {
    get value() {
      return map[name];
    },
    set: value => setField(map, name, value),
  };
}

function elementSlot(list: YamlNode[], index: number): FieldSlot {
  return {
    get value() {
      return list[index];
    },
    set: value => {
      list[index] = value;
    },
  };
}
