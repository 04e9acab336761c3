import { GitopsObject } from '@backstage-gitops/plugin-gitops-common';
import { ObjectReference } from './ObjectReference';

/** `Kind/namespace/name`. */
export function cacheKey(reference: ObjectReference): string {
  return `${reference.kind}/${reference.namespace}/${reference.name}`;
}

/** The reference that an object answers to. */
export function referenceTo(object: GitopsObject): ObjectReference {
  return {
    kind: object.kind,
    namespace: object.metadata.namespace ?? 'default',
    name: object.metadata.name,
  };
}

/** As the name in a reference: any object of the kind in the namespace. */
export const ANY = '*';

/** Versions of an object that may come before the answer to a write of ours. */
const SHOWN = 8;

/**
 * The GitOps objects of one home as the watches last saw them, with an index
 * from each object to those that refer to it.
 */
export class ObjectCache {
  private readonly objects = new Map<string, GitopsObject>();
  private readonly byKind = new Map<string, Set<string>>();
  private readonly outgoing = new Map<string, string[]>();
  private readonly incoming = new Map<string, Set<string>>();
  /** Versions that were written here and that no watch has shown yet. */
  private readonly expected = new Map<string, string>();
  /** The last versions of each object that a watch showed, oldest first. */
  private readonly shown = new Map<string, string[]>();

  get(reference: ObjectReference): GitopsObject | undefined {
    return this.objects.get(cacheKey(reference));
  }

  /**
   * The object, unless this process has written it and no watch has shown that
   * yet: then only the API server knows it.
   */
  getUnlessBehind(reference: ObjectReference): GitopsObject | undefined {
    const key = cacheKey(reference);
    return this.expected.has(key) ? undefined : this.objects.get(key);
  }

  /** All objects of a kind in a namespace, unless one of them is behind. */
  listUnlessBehind(
    kind: string,
    namespace: string,
  ): GitopsObject[] | undefined {
    const objects = this.list(kind).filter(
      object => referenceTo(object).namespace === namespace,
    );
    return objects.some(object =>
      this.expected.has(cacheKey(referenceTo(object))),
    )
      ? undefined
      : objects;
  }

  /** This process has just written the object, and this is what came of it. */
  expect(written: GitopsObject): void {
    const key = cacheKey(referenceTo(written));
    const { resourceVersion } = written.metadata;
    // A watch may be faster than the answer to the write. Versions have no order
    // that one may rely on, so those shown are remembered, and compared.
    if (
      resourceVersion &&
      this.objects.has(key) &&
      !this.shown.get(key)?.includes(resourceVersion)
    ) {
      this.expected.set(key, resourceVersion);
    }
  }

  /** All objects of a kind; of all kinds without one. */
  list(kind?: string): GitopsObject[] {
    if (!kind) {
      return [...this.objects.values()];
    }
    return [...(this.byKind.get(kind) ?? [])].map(key =>
      this.objects.get(key)!,
    );
  }

  /** Stores an object and what it refers to; gives what was there before. */
  set(
    object: GitopsObject,
    references: readonly ObjectReference[],
  ): GitopsObject | undefined {
    const key = cacheKey(referenceTo(object));
    const before = this.objects.get(key);
    this.unlink(key);
    this.objects.set(key, object);
    this.noteShown(key, object.metadata.resourceVersion);
    let ofKind = this.byKind.get(object.kind);
    if (!ofKind) {
      ofKind = new Set();
      this.byKind.set(object.kind, ofKind);
    }
    ofKind.add(key);
    const targets = references.map(cacheKey);
    this.outgoing.set(key, targets);
    for (const target of targets) {
      const sources = this.incoming.get(target);
      if (sources) {
        sources.add(key);
      } else {
        this.incoming.set(target, new Set([key]));
      }
    }
    return before;
  }

  delete(reference: ObjectReference): GitopsObject | undefined {
    const key = cacheKey(reference);
    const before = this.objects.get(key);
    this.unlink(key);
    this.objects.delete(key);
    this.expected.delete(key);
    this.shown.delete(key);
    this.byKind.get(reference.kind)?.delete(key);
    return before;
  }

  /** The objects that refer to this one, by its name or as to any of its kind. */
  referrers(reference: ObjectReference): GitopsObject[] {
    return [reference, { ...reference, name: ANY }].flatMap(each =>
      [...(this.incoming.get(cacheKey(each)) ?? [])].flatMap(
        key => this.objects.get(key) ?? [],
      ),
    );
  }

  /** What a reference is to. */
  referents(reference: ObjectReference): GitopsObject[] {
    if (reference.name === ANY) {
      return this.list(reference.kind).filter(
        object => referenceTo(object).namespace === reference.namespace,
      );
    }
    const object = this.get(reference);
    return object ? [object] : [];
  }

  private noteShown(key: string, version: string | undefined): void {
    if (version === undefined) {
      return;
    }
    if (this.expected.get(key) === version) {
      this.expected.delete(key);
    }
    const versions = this.shown.get(key) ?? [];
    versions.push(version);
    this.shown.set(key, versions.slice(-SHOWN));
  }

  private unlink(key: string): void {
    for (const target of this.outgoing.get(key) ?? []) {
      const sources = this.incoming.get(target);
      sources?.delete(key);
      if (sources?.size === 0) {
        this.incoming.delete(target);
      }
    }
    this.outgoing.delete(key);
  }
}
