import { KustomizeError } from '../KustomizeError';
import { Resource } from '../resources/Resource';
import { formatId, isSelected } from '../resources/ResourceId';
import { assignField } from './sharedFields';
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

/** What happens to a field. */
export type VisitSlot = (slot: FieldSlot) => void;

interface Step {
  readonly name: string;
  readonly isList: boolean;
}

class MapSlot implements FieldSlot {
  constructor(
    private readonly map: YamlMap,
    private readonly name: string,
  ) {}

  get value(): YamlNode {
    return this.map[this.name];
  }

  set(value: YamlNode): void {
    assignField(this.map, this.name, value);
  }
}

/** A specification whose path is taken apart once, for many resources. */
class Walk {
  private readonly steps: readonly Step[];
  private readonly create: boolean;

  constructor(
    readonly spec: FieldSpec,
    private readonly createAs: CreateAs,
  ) {
    this.create = spec.create === true && createAs !== 'none';
    this.steps = splitPath(spec.path).map(part =>
      part.endsWith('[]')
        ? { name: part.slice(0, -2), isList: true }
        : { name: part, isList: false },
    );
  }

  run(resource: Resource, visit: VisitSlot): void {
    if (this.steps.length === 0) {
      throw new KustomizeError({
        code: 'wrong-type',
        problem: 'the path of a field is empty',
        field: 'path',
      });
    }
    this.walk(resource.node, 0, resource, visit);
  }

  private walk(
    node: YamlNode,
    depth: number,
    resource: Resource,
    visit: VisitSlot,
  ): void {
    if (isNull(node)) {
      return;
    }
    if (Array.isArray(node)) {
      for (const item of node) {
        this.walk(item, depth, resource, visit);
      }
      return;
    }
    const { path } = this.spec;
    if (!isMap(node)) {
      throw new KustomizeError({
        code: 'wrong-type',
        problem: 'a scalar stands where a mapping or list is expected',
        field: path,
        object: formatId(resource.currentId()),
      });
    }
    const { name, isList } = this.steps[depth];
    const last = depth === this.steps.length - 1;
    if (name === '') {
      throw new KustomizeError({
        code: 'wrong-type',
        problem: 'the path of a field has an empty name',
        field: path,
      });
    }
    if (!prepareField(node, name, isList)) {
      // Most walks end here.
      if (!this.create || isList) {
        return;
      }
      setField(node, name, last && this.createAs === 'scalar' ? '' : {});
    } else if (this.create && isNull(node[name])) {
      setField(node, name, last && this.createAs === 'scalar' ? '' : {});
    }
    if (last) {
      visit(new MapSlot(node, name));
    } else {
      this.walk(node[name], depth + 1, resource, visit);
    }
  }
}

/** True where the field exists; a null that should be a list becomes one. */
function prepareField(map: YamlMap, name: string, isList: boolean): boolean {
  const current = getField(map, name);
  if (isList && current !== undefined && isNull(current)) {
    setField(map, name, []);
  }
  return current !== undefined;
}

/**
 * Visits the fields that specifications name, in their order, in resources of
 * their kinds. Lists on the way are walked through; with `create`, missing
 * mappings are made, and the last field as `createAs` says. To be made once
 * for many resources: which specifications are for a kind is remembered.
 */
export class FieldVisitor {
  private readonly walks: readonly Walk[];
  private readonly byKind = new Map<string, readonly Walk[]>();

  constructor(specs: readonly FieldSpec[], createAs: CreateAs) {
    this.walks = specs.map(spec => new Walk(spec, createAs));
  }

  /** @throws KustomizeError `wrong-type` */
  visit(resource: Resource, visit: VisitSlot): void {
    for (const walk of this.walksFor(resource)) {
      walk.run(resource, visit);
    }
  }

  private walksFor(resource: Resource): readonly Walk[] {
    const id = resource.currentId();
    const key = `${id.kind}\n${id.group}\n${id.version}`;
    let walks = this.byKind.get(key);
    if (!walks) {
      walks = this.walks.filter(({ spec }) => isSelected(id, spec));
      this.byKind.set(key, walks);
    }
    return walks;
  }
}

/** As `FieldVisitor`, for one specification and resource. */
export function visitField(
  resource: Resource,
  spec: FieldSpec,
  createAs: CreateAs,
  visit: VisitSlot,
): void {
  if (isSelected(resource.currentId(), spec)) {
    new Walk(spec, createAs).run(resource, visit);
  }
}

/** As `FieldVisitor`, for one resource. */
export function visitFields(
  resource: Resource,
  specs: readonly FieldSpec[],
  createAs: CreateAs,
  visit: VisitSlot,
): void {
  for (const spec of specs) {
    visitField(resource, spec, createAs, visit);
  }
}
