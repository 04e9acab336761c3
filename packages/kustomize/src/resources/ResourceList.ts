import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { Budget } from '../Budget';
import { KustomizeError } from '../KustomizeError';
import { mergeData } from './mergeData';
import { ORIGIN_ANNOTATION } from './Origin';
import { Resource } from './Resource';
import { ResourceId, formatId } from './ResourceId';

/**
 * The resources of a build, in order, found by their ids through an index. The
 * index is rebuilt on demand after names or namespaces have changed: call
 * `changed` then.
 *
 * @public
 */
export class ResourceList implements Iterable<Resource> {
  private items: Resource[] = [];
  private byCurrentId: Map<string, Resource[]> | undefined;
  private byAnyId: Map<string, Resource[]> | undefined;

  constructor(resources: Iterable<Resource> = []) {
    this.appendAll(resources);
  }

  [Symbol.iterator](): Iterator<Resource> {
    return this.items[Symbol.iterator]();
  }

  get size(): number {
    return this.items.length;
  }

  toArray(): Resource[] {
    return [...this.items];
  }

  /** The objects as plain data, to apply or to write. */
  toObjects(): KubernetesObject[] {
    return this.items.map(resource => resource.toObject());
  }

  /** Ids have changed. */
  changed(): void {
    this.byCurrentId = undefined;
    this.byAnyId = undefined;
  }

  /** @throws KustomizeError `duplicate-id` */
  append(resource: Resource): void {
    const id = resource.currentId();
    const index = this.currentIndex();
    const existing = index.get(id.key);
    if (existing) {
      throw new KustomizeError({
        code: 'duplicate-id',
        problem: `the id ${formatId(id)} is already registered`,
        object: formatId(id),
      });
    }
    index.set(id.key, [resource]);
    if (this.byAnyId) {
      addToIndex(this.byAnyId, resource, resource.allIds());
    }
    this.items.push(resource);
  }

  appendAll(resources: Iterable<Resource>): void {
    for (const resource of resources) {
      this.append(resource);
    }
  }

  /** Appends what a generator made, or merges it into what is there. */
  absorb(resource: Resource, budget: Budget): void {
    const id = resource.currentId();
    const matches = this.matchAnyId(id);
    const behavior = resource.behavior ?? 'unspecified';
    const conflict = (problem: string): never => {
      throw new KustomizeError({
        code: 'conflict',
        problem,
        object: formatId(id),
      });
    };
    if (matches.length > 1) {
      conflict('several resources could be merged with');
    }
    if (matches.length === 0) {
      if (behavior === 'merge' || behavior === 'replace') {
        conflict(
          'the resource does not exist; it cannot be merged or replaced',
        );
      }
      this.append(resource);
      return;
    }
    const [old] = matches;
    if (behavior !== 'merge' && behavior !== 'replace') {
      conflict(
        `the resource exists; the behavior must be merge or replace, not ${behavior}`,
      );
    }
    const origin = old.annotations().get(ORIGIN_ANNOTATION);
    resource.inheritFrom(old);
    if (behavior === 'merge') {
      budget.takeValue(old.node);
      mergeData(resource, old);
      if (origin !== undefined) {
        resource.setAnnotation(ORIGIN_ANNOTATION, origin);
      }
    }
    this.items[this.items.indexOf(old)] = resource;
    this.changed();
  }

  matchCurrentId(id: ResourceId): readonly Resource[] {
    return this.currentIndex().get(id.key) ?? [];
  }

  /** What has, or once had, the id. */
  matchAnyId(id: ResourceId): readonly Resource[] {
    this.byAnyId ??= this.buildIndex(resource => resource.allIds());
    return this.byAnyId.get(id.key) ?? [];
  }

  /** @throws KustomizeError `no-match` or `ambiguous` */
  getByAnyId(id: ResourceId): Resource {
    const matches = this.matchAnyId(id);
    if (matches.length === 1) {
      return matches[0];
    }
    throw new KustomizeError({
      code: matches.length === 0 ? 'no-match' : 'ambiguous',
      problem: `${
        matches.length === 0 ? 'no resource matches' : 'several resources match'
      } ${formatId(id)}`,
      object: formatId(id),
    });
  }

  /** Replaces the content; ids must be unique. */
  reset(resources: Iterable<Resource>): void {
    const next = [...resources];
    this.items = [];
    this.changed();
    this.appendAll(next);
  }

  /** Drops resources that have become empty. */
  dropEmpty(): void {
    this.items = this.items.filter(resource => !resource.isEmpty);
    this.changed();
  }

  private currentIndex(): Map<string, Resource[]> {
    this.byCurrentId ??= this.buildIndex(resource => [resource.currentId()]);
    return this.byCurrentId;
  }

  private buildIndex(
    idsOf: (resource: Resource) => ResourceId[],
  ): Map<string, Resource[]> {
    const index = new Map<string, Resource[]>();
    for (const resource of this.items) {
      if (!resource.isEmpty) {
        addToIndex(index, resource, idsOf(resource));
      }
    }
    return index;
  }
}

function addToIndex(
  index: Map<string, Resource[]>,
  resource: Resource,
  ids: ResourceId[],
): void {
  for (const id of ids) {
    const list = index.get(id.key);
    if (!list) {
      index.set(id.key, [resource]);
    } else if (list[list.length - 1] !== resource) {
      list.push(resource);
    }
  }
}
