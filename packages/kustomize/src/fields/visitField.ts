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
  const last = path.length - 1;
  // Slots are made for the last field only: most walks end before it.
  const walk = (node: YamlNode, depth: number): void => {
    if (isNull(node)) {
      return;
    }
    if (Array.isArray(node)) {
      for (const item of node) {
        walk(item, depth);
      }
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
    if (!prepareField(node, name, isList)) {
      if (spec.create !== true || createAs === 'none' || isList) {
        return;
      }
      setField(node, name, depth === last && createAs === 'scalar' ? '' : {});
    } else if (
      isNull(node[name]) &&
      spec.create === true &&
      createAs !== 'none'
    ) {
      setField(node, name, depth === last && createAs === 'scalar' ? '' : {});
    }
    if (depth < last) {
      walk(node[name], depth + 1);
    } else {
      visit(fieldSlot(node, name));
    }
  };
  walk(resource.node, 0);
}

/** True where the field exists; a null that should be a list becomes one. */
function prepareField(map: YamlMap, name: string, isList: boolean): boolean {
  const current = getField(map, name);
  if (isList && current !== undefined && isNull(current)) {
    setField(map, name, []);
  }
  return current !== undefined;
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
