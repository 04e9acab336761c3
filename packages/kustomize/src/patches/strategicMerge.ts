import { SchemaNode } from '@backstage-gitops/kubernetes-schema';
import { KustomizeError } from '../KustomizeError';
import {
  YamlMap,
  YamlNode,
  getField,
  isMap,
  isMissing,
  isNull,
  textOf,
  typeOf,
} from '../fields/YamlNode';
import { assignField } from '../fields/sharedFields';
import { Schemas } from '../schemas/Schemas';
import { MergeNodes, mergeKeyedList } from './mergeKeyedList';

/** Field of a mapping that says what to do with it. */
const DIRECTIVE = '$patch';

type Directive = 'merge' | 'replace' | 'delete';

class StrategicMerge {
  constructor(private readonly schemas: Schemas) {}

  readonly mergeNodes: MergeNodes = (
    target: YamlNode | undefined,
    patch: YamlNode | undefined,
    known: SchemaNode | undefined,
    path: string,
  ) => {
    const schema = known ?? this.schemaOf(target, patch);
    const leading = isMissing(target) ? patch : target;
    if (isMap(leading) || isMissing(leading)) {
      expect(isMap, 'a mapping', target, patch, path);
      return this.mergeMaps(target, patch, schema, path);
    }
    if (Array.isArray(leading)) {
      expect(Array.isArray, 'a list', target, patch, path);
      return this.mergeLists(
        target as YamlNode[] | null | undefined,
        patch as YamlNode[] | null | undefined,
        schema,
        path,
      );
    }
    expect(
      node => !isMap(node) && !Array.isArray(node),
      'a scalar',
      target,
      patch,
      path,
    );
    return patch === undefined ? target : patch;
  };

  private mergeMaps(
    target: YamlNode | undefined,
    patch: YamlNode | undefined,
    schema: SchemaNode | undefined,
    path: string,
  ): YamlNode | undefined {
    let result: YamlNode | undefined = target;
    if (isMissing(target)) {
      if (isMap(patch) && takeDirective(patch, path) === 'delete') {
        return undefined;
      }
      if (patch === undefined) {
        // A null that is written out stays; one that is not written vanishes.
        return isNull(target) && textOf(target) !== '' ? target : undefined;
      }
      result = patch;
    } else if (isNull(patch)) {
      return undefined;
    } else if (isMap(patch)) {
      const directive = takeDirective(patch, path);
      if (directive === 'delete') {
        return undefined;
      }
      if (directive === 'replace') {
        result = patch;
      }
    }
    if (!isMap(result)) {
      // A null of the patch where the target has nothing.
      return undefined;
    }
    const map = result;
    const names = Object.keys(map);
    if (isMap(patch) && patch !== map) {
      names.push(
        ...Object.keys(patch).filter(name => !Object.hasOwn(map, name)),
      );
    }
    for (const name of names) {
      const before = getField(map, name);
      const after = this.mergeNodes(
        before,
        getField(patch, name),
        schema?.field(name),
        path ? `${path}.${name}` : name,
      );
      if (after === undefined || (isNull(after) && after !== before)) {
        delete map[name];
      } else if (after !== before) {
        assignField(map, name, after);
      }
    }
    return map;
  }

  private mergeLists(
    target: YamlNode[] | null | undefined,
    patch: YamlNode[] | null | undefined,
    schema: SchemaNode | undefined,
    path: string,
  ): YamlNode | undefined {
    if (!schema?.patchStrategy?.includes('merge')) {
      return patch === undefined ? (target ?? undefined) : (patch ?? undefined);
    }
    let result: YamlNode[];
    if (!Array.isArray(target)) {
      if (!Array.isArray(patch)) {
        return undefined;
      }
      result = patch;
    } else if (
      patch === null ||
      (patch !== undefined && !Array.isArray(patch))
    ) {
      return undefined;
    } else {
      result = target;
      const directive = patch ? takeListDirective(patch, path) : 'merge';
      if (directive === 'delete') {
        return undefined;
      }
      if (directive === 'replace') {
        result = patch!;
      }
    }
    return mergeKeyedList({
      target: result,
      patch: patch ?? undefined,
      keys: mergeKeys(schema),
      schema: schema.element,
      path,
      mergeNodes: this.mergeNodes,
    });
  }

  /** Objects within objects have the schema of their own kind. */
  private schemaOf(
    target: YamlNode | undefined,
    patch: YamlNode | undefined,
  ): SchemaNode | undefined {
    for (const node of [target, patch]) {
      const kind = textOf(getField(node, 'kind'));
      const apiVersion = textOf(getField(node, 'apiVersion'));
      const schema =
        kind && apiVersion
          ? this.schemas.schemaOf(apiVersion, kind)
          : undefined;
      if (schema) {
        return schema;
      }
    }
    return undefined;
  }
}

/**
 * Applies a strategic merge patch as kustomize 5 does (merge2 of kyaml):
 * mappings merge, nulls delete, lists with a merge key in the schema of the
 * kind (of the target, else of the patch; Kubernetes 1.21 or `openapi`) merge by element with the patch's elements first, all
 * other lists are replaced. Both arguments are consumed: parts of the patch
 * become parts of the result. `undefined` means the object is deleted.
 *
 * @throws KustomizeError `invalid-patch`
 */
export function strategicMerge(
  target: YamlMap,
  patch: YamlMap,
  schemas: Schemas = new Schemas(),
): YamlMap | undefined {
  const result = new StrategicMerge(schemas).mergeNodes(
    target,
    patch,
    undefined,
    '',
  );
  // What replaces the whole object is lost in kustomize; the object stays.
  return isMap(result) ? target : undefined;
}

/** All keys of the list where the schema names several, else the merge key. */
function mergeKeys(schema: SchemaNode): readonly string[] {
  if (schema.listMapKeys && schema.listMapKeys.length > 0) {
    return schema.listMapKeys;
  }
  return schema.patchMergeKey ? [schema.patchMergeKey] : [];
}

function takeDirective(patch: YamlMap, path: string): Directive {
  const value = getField(patch, DIRECTIVE);
  if (isMissing(value)) {
    return 'merge';
  }
  delete patch[DIRECTIVE];
  return toDirective(textOf(value), path);
}

function takeListDirective(patch: YamlNode[], path: string): Directive {
  const element = patch.find(
    item => getField(item, DIRECTIVE) !== undefined,
  ) as YamlMap | undefined;
  // An element with further fields is an element, not a directive.
  if (!element || Object.keys(element).length > 1) {
    return 'merge';
  }
  const directive = toDirective(textOf(element[DIRECTIVE]), path);
  const rest = patch.filter(
    item => textOf(getField(item, DIRECTIVE)) !== directive,
  );
  patch.splice(0, patch.length, ...rest);
  return directive;
}

function toDirective(text: string, path: string): Directive {
  if (text === 'merge' || text === 'replace' || text === 'delete') {
    return text;
  }
  throw new KustomizeError({
    code: 'invalid-patch',
    problem: `the value of ${DIRECTIVE} is not merge, replace or delete`,
    field: path,
  });
}

function expect(
  test: (node: YamlNode) => boolean,
  what: string,
  target: YamlNode | undefined,
  patch: YamlNode | undefined,
  path: string,
): void {
  for (const node of [target, patch]) {
    if (node !== undefined && !isNull(node) && !test(node)) {
      throw new KustomizeError({
        code: 'invalid-patch',
        problem: `${what} and ${typeOf(node)} cannot be merged`,
        field: path,
      });
    }
  }
}
