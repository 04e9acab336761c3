import { SchemaNode } from '@backstage-gitops/kubernetes-schema';
import {
  JsonObject,
  JsonValue,
  getOwn,
  isJsonObject,
} from '@backstage-gitops/kubernetes-yaml';

const KINDS = 'x-kubernetes-group-version-kind';
const REFERENCE = '#/definitions/';
/** References that only lead to references end here. */
const MAX_REFERENCES = 32;

/**
 * The definitions of an OpenAPI v2 description as schemas. Only what merging
 * asks for is read: properties, items, references and the extensions that name
 * merge keys; paths tell which kinds are namespaced.
 */
export class OpenApiDefinitions {
  private readonly definitions: JsonObject;
  private readonly byKind = new Map<string, JsonObject>();
  private readonly scopes = new Map<string, boolean>();
  private readonly nodes = new Map<JsonObject, SchemaNode>();

  /**
   * @param builtIn - looks up a type that is built in, by the name of its
   * definition; `first` where it hides one of the description's
   */
  constructor(
    description: JsonObject,
    private readonly builtIn?: {
      find(name: string): SchemaNode | undefined;
      first: boolean;
    },
  ) {
    this.definitions = mapping(description.definitions);
    for (const name of Object.keys(this.definitions)) {
      const definition = mapping(this.definitions[name]);
      const kinds = definition[KINDS];
      for (const kind of Array.isArray(kinds) ? kinds : []) {
        const key = kindKey(kind);
        if (key !== undefined) {
          this.byKind.set(key, definition);
        }
      }
    }
    const paths = mapping(description.paths);
    for (const path of Object.keys(paths)) {
      const key = kindKey(mapping(mapping(paths[path]).get)[KINDS]);
      if (key !== undefined) {
        const namespaced = path.includes('namespaces/{namespace}');
        this.scopes.set(key, namespaced || this.scopes.get(key) === true);
      }
    }
  }

  schemaOf(apiVersion: string, kind: string): SchemaNode | undefined {
    const definition = this.byKind.get(`${apiVersion} ${kind}`);
    return definition && this.node(definition);
  }

  /** `undefined` where no path tells. */
  isNamespaced(apiVersion: string, kind: string): boolean | undefined {
    return this.scopes.get(`${apiVersion} ${kind}`);
  }

  /** Follows references; one that leads nowhere gives nothing. */
  private resolve(schema: JsonValue | undefined): SchemaNode | undefined {
    let current = schema;
    for (let i = 0; i < MAX_REFERENCES; i++) {
      if (!isJsonObject(current)) {
        return undefined;
      }
      const reference = current.$ref;
      if (typeof reference !== 'string' || reference === '') {
        return this.node(current);
      }
      if (!reference.startsWith(REFERENCE)) {
        return undefined;
      }
      const name = reference
        .slice(REFERENCE.length)
        .replaceAll('~1', '/')
        .replaceAll('~0', '~');
      const own = getOwn(this.definitions, name);
      if (own === undefined || this.builtIn?.first) {
        const node = this.builtIn?.find(name);
        if (node) {
          return node;
        }
      }
      current = own;
    }
    return undefined;
  }

  private node(schema: JsonObject): SchemaNode {
    let node = this.nodes.get(schema);
    if (!node) {
      node = this.createNode(schema);
      this.nodes.set(schema, node);
    }
    return node;
  }

  private createNode(schema: JsonObject): SchemaNode {
    const properties = mapping(schema.properties);
    const additional = isJsonObject(schema.additionalProperties)
      ? schema.additionalProperties
      : undefined;
    const strategy = schema['x-kubernetes-patch-strategy'];
    const key = schema['x-kubernetes-patch-merge-key'];
    const keys = schema['x-kubernetes-list-map-keys'];
    const resolve = (value: JsonValue | undefined) => this.resolve(value);
    const isList = schema.type === 'array';
    return {
      type: isList ? 'list' : 'object',
      get element() {
        return isList ? resolve(schema.items) : undefined;
      },
      field: name => resolve(getOwn(properties, name) ?? additional),
      *fields(): Iterable<[string, SchemaNode]> {
        for (const name of Object.keys(properties).sort()) {
          const node = resolve(properties[name]);
          if (node) {
            yield [name, node];
          }
        }
      },
      patchStrategy:
        typeof strategy === 'string' ? strategy.split(',') : undefined,
      patchMergeKey: typeof key === 'string' ? key : undefined,
      listMapKeys: Array.isArray(keys)
        ? keys.filter(item => typeof item === 'string')
        : undefined,
    };
  }
}

function mapping(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function kindKey(value: JsonValue | undefined): string | undefined {
  const { group, version, kind } = mapping(value);
  if (typeof version !== 'string' || typeof kind !== 'string') {
    return undefined;
  }
  const prefix = typeof group === 'string' && group !== '' ? `${group}/` : '';
  return `${prefix}${version} ${kind}`;
}
