import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  YamlMap,
  YamlNode,
  cloneNode,
  getField,
  isMap,
  isMissing,
  setField,
  textOf,
  toPlain,
} from '../fields/YamlNode';
import { unshareFields } from '../fields/sharedFields';
import { Schemas } from '../schemas/Schemas';
import { KustomizeError } from '../KustomizeError';
import { ResourceId, formatId, resourceId } from './ResourceId';

/**
 * What a generated resource does with one of the same id.
 *
 * @public
 */
export type Behavior = 'unspecified' | 'create' | 'replace' | 'merge';

/** What an id is made of, as it is written; compared by identity. */
interface IdParts {
  readonly apiVersion: YamlNode | undefined;
  readonly kind: YamlNode | undefined;
  readonly name: YamlNode | undefined;
  readonly namespace: YamlNode | undefined;
  readonly revision: number | undefined;
}

/**
 * One object on its way through a build. What kustomize keeps in internal
 * annotations (former ids, prefixes, suffixes, hash and behavior) is kept
 * beside the object here; `hasBuildNotes` tells whether it would have any,
 * since their coming and going has visible effects on `annotations`.
 *
 * @public
 */
export class Resource {
  node: YamlMap;
  readonly previousIds: ResourceId[] = [];
  readonly prefixes: string[] = [];
  readonly suffixes: string[] = [];
  readonly variableNames: string[] = [];
  behavior: Behavior | undefined;
  needsHash = false;
  nameChangeAllowed = false;
  kindChangeAllowed = false;
  /** Rendered by Helm, which has set the namespace. */
  isHelmGenerated = false;
  /** What the build knows of kinds; without it, only the built-in ones count. */
  readonly schemas: Schemas | undefined;
  private id: ResourceId | undefined;
  /** What the id was made of. */
  private idParts: IdParts | undefined;

  constructor(node: YamlMap, schemas?: Schemas) {
    this.node = node;
    this.schemas = schemas;
  }

  get apiVersion(): string {
    return textOf(getField(this.node, 'apiVersion'));
  }

  get kind(): string {
    return textOf(getField(this.node, 'kind'));
  }

  get name(): string {
    return textOf(getField(getField(this.node, 'metadata'), 'name'));
  }

  get namespace(): string {
    const namespace = getField(getField(this.node, 'metadata'), 'namespace');
    return isMissing(namespace) ? '' : textOf(namespace);
  }

  /** The current id, made again only when a part of it has changed. */
  currentId(): ResourceId {
    const { node, schemas, idParts } = this;
    const metadata = getField(node, 'metadata');
    const name = getField(metadata, 'name');
    const namespace = getField(metadata, 'namespace');
    if (
      this.id === undefined ||
      idParts === undefined ||
      idParts.name !== name ||
      idParts.namespace !== namespace ||
      idParts.kind !== node.kind ||
      idParts.apiVersion !== node.apiVersion ||
      idParts.revision !== schemas?.revision
    ) {
      const { apiVersion, kind } = this;
      this.id = resourceId({
        apiVersion,
        kind,
        name: this.name,
        namespace: this.namespace,
        clusterScoped: schemas?.isClusterScoped(apiVersion, kind),
      });
      this.idParts = {
        name,
        namespace,
        kind: node.kind,
        apiVersion: node.apiVersion,
        // Asking for the scope may have read the schemas.
        revision: schemas?.revision,
      };
    }
    return this.id;
  }

  originalId(): ResourceId {
    return this.previousIds[0] ?? this.currentId();
  }

  /** Every id it has had, the oldest first, the current one last. */
  allIds(): ResourceId[] {
    return [...this.previousIds, this.currentId()];
  }

  /**
   * Notes the current id as a former one. Former ids keep the API version the
   * resource has now, and an explicit namespace.
   */
  storePreviousId(): void {
    const id = this.currentId();
    if ([id.name, id.effectiveNamespace, id.kind].some(hasComma)) {
      refuseUnevenCommas(id);
    }
    // kustomize writes all annotations again to note the id.
    const annotations = getField(
      getField(this.node, 'metadata'),
      'annotations',
    );
    if (isMap(annotations)) {
      unshareFields(annotations);
    }
    this.previousIds.push({ ...id, namespace: id.effectiveNamespace });
  }

  get hasBuildNotes(): boolean {
    return (
      this.previousIds.length > 0 ||
      this.prefixes.length > 0 ||
      this.suffixes.length > 0 ||
      this.behavior !== undefined ||
      this.needsHash ||
      this.nameChangeAllowed ||
      this.kindChangeAllowed ||
      this.isHelmGenerated
    );
  }

  get isEmpty(): boolean {
    for (const key in this.node) {
      if (Object.hasOwn(this.node, key)) {
        return false;
      }
    }
    return true;
  }

  labels(): Map<string, string> {
    return this.metadataMap('labels');
  }

  annotations(): Map<string, string> {
    return this.metadataMap('annotations');
  }

  private metadataMap(field: string): Map<string, string> {
    const map = getField(getField(this.node, 'metadata'), field);
    return new Map(
      isMap(map)
        ? Object.keys(map).map(key => [key, textOf(map[key])] as const)
        : [],
    );
  }

  annotation(name: string): string | undefined {
    const annotations = getField(
      getField(this.node, 'metadata'),
      'annotations',
    );
    const value = getField(annotations, name);
    return value === undefined ? undefined : textOf(value);
  }

  /** Sets labels or annotations as strings; an empty map removes the field. */
  setMetadataMap(
    field: 'labels' | 'annotations',
    entries: ReadonlyMap<string, string>,
  ): void {
    const metadata = this.metadata();
    if (entries.size === 0) {
      delete metadata[field];
      return;
    }
    const map: YamlMap = {};
    for (const [key, value] of entries) {
      setField(map, key, value);
    }
    metadata[field] = map;
  }

  setAnnotation(name: string, value: string): void {
    this.setMetadataMap('annotations', this.annotations().set(name, value));
  }

  setName(name: string): void {
    this.metadata().name = name;
  }

  /** An empty namespace removes the field. */
  setNamespace(namespace: string): void {
    if (namespace === '') {
      const metadata = getField(this.node, 'metadata');
      if (isMap(metadata)) {
        delete metadata.namespace;
      }
    } else {
      this.metadata().namespace = namespace;
    }
  }

  private metadata(): YamlMap {
    const metadata = getField(this.node, 'metadata');
    if (isMap(metadata)) {
      return metadata;
    }
    const created: YamlMap = {};
    this.node.metadata = created;
    return created;
  }

  clone(): Resource {
    const copy = new Resource(cloneNode(this.node), this.schemas);
    copy.copyNotes(this);
    copy.variableNames.push(...this.variableNames);
    return copy;
  }

  private copyNotes(other: Resource): void {
    this.previousIds.push(...other.previousIds);
    this.prefixes.push(...other.prefixes);
    this.suffixes.push(...other.suffixes);
    this.behavior = other.behavior;
    this.needsHash = other.needsHash;
    this.nameChangeAllowed = other.nameChangeAllowed;
    this.kindChangeAllowed = other.kindChangeAllowed;
    this.isHelmGenerated = other.isHelmGenerated;
  }

  /**
   * Takes name, namespace, missing labels and annotations, and all notes of
   * the one it replaces. It gets a hash only where both would.
   */
  inheritFrom(old: Resource): void {
    const needsHash = this.needsHash && old.needsHash;
    for (const field of ['labels', 'annotations'] as const) {
      this.setMetadataMap(
        field,
        new Map([...old.metadataMap(field), ...this.metadataMap(field)]),
      );
    }
    this.setName(old.name);
    this.setNamespace(old.namespace);
    for (const list of [this.previousIds, this.prefixes, this.suffixes]) {
      list.length = 0;
    }
    this.copyNotes(old);
    this.variableNames.push(...old.variableNames);
    this.needsHash = needsHash;
  }

  toObject(): KubernetesObject {
    return toPlain(this.node) as unknown as KubernetesObject;
  }
}

function hasComma(text: string): boolean {
  return text.includes(',');
}

/** kustomize keeps former ids as lists with commas, and fails on uneven ones. */
function refuseUnevenCommas(id: ResourceId): void {
  const [names, namespaces, kinds] = [
    id.name,
    id.effectiveNamespace,
    id.kind,
  ].map(text => text.split(',').length);
  if (names !== namespaces || names !== kinds) {
    throw new KustomizeError({
      code: 'invalid-resource',
      problem: 'a name, namespace or kind contains a comma',
      object: formatId(id),
      hint: 'encrypted metadata cannot be changed by a build',
    });
  }
}
