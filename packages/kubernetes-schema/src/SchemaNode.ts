/**
 * One type in the tree of a kind, as far as merging needs it. Nodes are
 * immutable and shared: equal types of one release are one object, and
 * recursive types (JSON schemas in CustomResourceDefinitions) are cycles.
 *
 * @public
 */
export interface SchemaNode {
  /**
   * `object` has named fields, `map` arbitrary string keys, `any` is
   * unstructured (RawExtension, JSON, managed fields).
   */
  readonly type: 'object' | 'map' | 'list' | 'scalar' | 'any';
  /** Set where `type` is `scalar`. Times are strings. */
  readonly scalar?:
    'string' | 'integer' | 'number' | 'boolean' | 'intOrString' | 'quantity';
  /** The type of an object's field or, for a map, of any key's value. */
  field(name: string): SchemaNode | undefined;
  /** The declared fields of an object in alphabetical order; else nothing. */
  fields(): Iterable<[string, SchemaNode]>;
  /** The type of a list's items or of a map's values. */
  readonly element?: SchemaNode;
  /** `x-kubernetes-list-type`; a list without one is atomic to the server. */
  readonly listType?: 'atomic' | 'set' | 'map';
  /** `x-kubernetes-list-map-keys`: what identifies an item (server-side apply). */
  readonly listMapKeys?: readonly string[];
  /** `x-kubernetes-patch-merge-key`: what identifies an item (strategic merge). */
  readonly patchMergeKey?: string;
  /** `x-kubernetes-patch-strategy`: of `merge`, `replace`, `retainKeys`. */
  readonly patchStrategy?: readonly string[];
  /** `x-kubernetes-map-type: atomic`: replaced and owned as a whole. */
  readonly atomic?: boolean;
  /** Names of the fields that an object must have. */
  readonly required?: readonly string[];
  /**
   * What the API server assumes where a key of a list of type `map` is left
   * out, such as `TCP` for a port's protocol.
   */
  readonly default?: string;
}

/**
 * What discovery says of a built-in kind.
 *
 * @public
 */
export interface KindInfo {
  /** API group; empty for the core group. */
  group: string;
  version: string;
  kind: string;
  /** Resource name in URLs, such as `deployments`. */
  plural: string;
  singular: string;
  namespaced: boolean;
  shortNames?: readonly string[];
  /** Such as `all`. */
  categories?: readonly string[];
  /** What the API serves: `create`, `get`, `list`, `watch`, `patch`, … */
  verbs?: readonly string[];
  /** Such as `status`, `scale`. */
  subresources?: readonly string[];
}

/**
 * Which facts to answer with.
 *
 * @public
 */
export interface SchemaOptions {
  /**
   * `latest` (default) knows the newest release plus the kinds that 1.21
   * served and later releases dropped. `1.21` is what kustomize 5 merges and
   * scopes by: kinds and fields younger than that release are unknown to it.
   */
  release?: 'latest' | '1.21';
}
