import type { JsonObject } from '../json/value';
import { builtinResources } from './builtinResources';
import { customResource } from './customResource';
import { FieldTypes } from './fieldTypes';
import type { Resource, ResourceVersion } from './resource';
import { splitApiVersion, versionOf } from './resource';

/** Answers what the API serves: the built-in kinds and those that CustomResourceDefinitions add. */
export class KindRegistry {
  private readonly types = new FieldTypes();
  private readonly builtin: Resource[];
  private readonly custom = new Map<string, Resource>();
  private readonly byPath = new Map<string, Resource>();
  private generationCounter = 0;

  constructor() {
    this.builtin = builtinResources(this.types);
    this.index();
  }

  /** Grows with each change, so that answers made from it can be cached. */
  get generation(): number {
    return this.generationCounter;
  }

  /** All resources. */
  resources(): Resource[] {
    return [...this.builtin, ...this.custom.values()];
  }

  /** A served resource by its URL parts. */
  find(
    group: string,
    version: string,
    plural: string,
  ): { resource: Resource; version: ResourceVersion } | undefined {
    const resource = this.byPath.get(`${group}/${plural}`);
    const found = resource && versionOf(resource, version);
    return resource && found?.served ? { resource, version: found } : undefined;
  }

  /** A resource by the kind of its objects. */
  findKind(
    apiVersion: string,
    kind: string,
  ): { resource: Resource; version: ResourceVersion } | undefined {
    const { group, version } = splitApiVersion(apiVersion);
    for (const resource of this.resources()) {
      if (resource.group !== group || resource.kind !== kind) continue;
      const found = versionOf(resource, version);
      if (found?.served) return { resource, version: found };
    }
    return undefined;
  }

  /** A resource by group and plural, in whatever version. */
  findResource(group: string, plural: string): Resource | undefined {
    return this.byPath.get(`${group}/${plural}`);
  }

  /** Serves, or serves anew, what an established definition describes. */
  define(definition: JsonObject): void {
    const resource = customResource(definition, this.types);
    this.custom.set(`${resource.group}/${resource.plural}`, resource);
    this.index();
  }

  /** Stops serving a custom resource. */
  remove(group: string, plural: string): void {
    if (this.custom.delete(`${group}/${plural}`)) this.index();
  }

  private index(): void {
    this.generationCounter += 1;
    this.byPath.clear();
    for (const resource of this.resources()) {
      this.byPath.set(`${resource.group}/${resource.plural}`, resource);
    }
  }
}
