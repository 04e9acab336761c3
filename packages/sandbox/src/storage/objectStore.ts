import type { JsonObject } from '../json/value';
import { asObject } from '../json/value';
import { Bucket, byKey } from './bucket';
import type { Journal } from './journal';

/** What happened to an object. */
export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One write, as watchers see it. */
export interface Change {
  readonly type: ChangeType;
  readonly storage: string;
  readonly revision: number;
  readonly object: JsonObject;
  /** The object before the write. */
  readonly previous?: JsonObject;
}

/** Identifies an object within its storage. */
export interface ObjectKey {
  /** `<group>/<resource>` of the kind's storage. */
  readonly storage: string;
  readonly namespace: string;
  readonly name: string;
}

/** Options of the store. */
export interface ObjectStoreOptions {
  journal?: Journal;
  /** How many changes a watch can go back; 10000 by default. */
  historyLimit?: number;
}

/**
 * Objects by storage, namespace and name; one revision counter for all; a log
 * of changes for watches. Stored objects are never changed in place. All
 * operations are synchronous, which makes each request's write atomic.
 */
export class ObjectStore {
  private readonly objects = new Map<string, Bucket>();
  private readonly listeners = new Set<(change: Change) => void>();
  private readonly journal?: Journal;
  private readonly historyLimit: number;
  private history: Change[] = [];
  private compacted = 0;
  private counter = 0;

  constructor(options: ObjectStoreOptions = {}) {
    this.journal = options.journal;
    this.historyLimit = options.historyLimit ?? 10_000;
    const state = this.journal?.load();
    for (const { storage, key, object } of state?.entries ?? []) {
      this.bucket(storage).set(key, object!);
    }
    this.counter = state?.revision ?? 0;
    this.compacted = this.counter;
  }

  /** The revision of the latest write. */
  get revision(): number {
    return this.counter;
  }

  /** Watches from before this revision are expired. */
  get oldestRevision(): number {
    return this.compacted;
  }

  get(key: ObjectKey): JsonObject | undefined {
    return this.objects.get(key.storage)?.get(objectKey(key));
  }

  /** All objects of a storage, by namespace and name. */
  list(storage: string, namespace?: string): JsonObject[] {
    const bucket = this.objects.get(storage);
    return bucket ? bucket.range(namespace).map(key => bucket.get(key)!) : [];
  }

  /**
   * As `list`, at an earlier revision that `oldestRevision` reaches back to, and
   * with `after` only what follows that `<namespace>/<name>`.
   */
  listAt(
    storage: string,
    namespace: string | undefined,
    revision: number,
    after = '',
  ): JsonObject[] {
    const then = this.changedSince(storage, revision);
    const bucket = this.objects.get(storage);
    const keys = (bucket?.range(namespace) ?? []).filter(key => key > after);
    if (then.size === 0) return keys.map(key => bucket!.get(key)!);
    const prefix = namespace === undefined ? '' : `${namespace}/`;
    const gone = [...then]
      .filter(([key, object]) => object && !bucket?.has(key))
      .map(([key]) => key)
      .filter(key => key.startsWith(prefix) && key > after);
    return [...keys, ...gone]
      .sort(byKey)
      .map(key => (then.has(key) ? then.get(key) : bucket!.get(key)))
      .filter(object => object !== undefined);
  }

  /** What has changed since a revision, as it was then; undefined for what did not exist. */
  private changedSince(
    storage: string,
    revision: number,
  ): Map<string, JsonObject | undefined> {
    const then = new Map<string, JsonObject | undefined>();
    for (const change of this.changesSince(revision) ?? []) {
      if (change.storage !== storage) continue;
      const key = keyOf(change.object);
      if (!then.has(key)) then.set(key, change.previous);
    }
    return then;
  }

  /** Everything that is stored. */
  *all(): Iterable<{ storage: string; object: JsonObject }> {
    for (const [storage, bucket] of this.objects) {
      for (const object of [...bucket.values()]) yield { storage, object };
    }
  }

  /** Stores an object under a new revision and returns it as stored. */
  put(key: ObjectKey, object: JsonObject): JsonObject {
    const previous = this.get(key);
    const revision = this.next();
    const stored = withRevision(object, revision);
    this.bucket(key.storage).set(objectKey(key), stored);
    this.journal?.append({
      storage: key.storage,
      key: objectKey(key),
      revision,
      object: stored,
    });
    this.publish({
      type: previous ? 'MODIFIED' : 'ADDED',
      storage: key.storage,
      revision,
      object: stored,
      previous,
    });
    return stored;
  }

  /** Removes an object; watchers get its last state under a new revision. */
  remove(key: ObjectKey, last?: JsonObject): JsonObject | undefined {
    const previous = this.get(key);
    if (!previous) return undefined;
    const revision = this.next();
    const object = withRevision(last ?? previous, revision);
    this.objects.get(key.storage)!.delete(objectKey(key));
    this.journal?.append({
      storage: key.storage,
      key: objectKey(key),
      revision,
    });
    this.publish({
      type: 'DELETED',
      storage: key.storage,
      revision,
      object,
      previous,
    });
    return object;
  }

  /** Removes all objects of a storage, as when its definition is deleted. */
  drop(storage: string): void {
    for (const object of this.list(storage)) {
      const metadata = asObject(object.metadata);
      this.remove({
        storage,
        namespace: String(metadata.namespace ?? ''),
        name: String(metadata.name),
      });
    }
  }

  /** Changes after a revision, or undefined where the log does not reach back. */
  changesSince(revision: number): Change[] | undefined {
    if (revision < this.compacted) return undefined;
    let low = 0;
    let high = this.history.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.history[middle].revision <= revision) low = middle + 1;
      else high = middle;
    }
    return this.history.slice(low);
  }

  /** Calls back for each change from now on; returns how to stop. */
  subscribe(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Forgets the log, so that watches from an older revision are expired. */
  compact(): void {
    this.compacted = this.counter;
    this.history = [];
  }

  close(): void {
    this.listeners.clear();
    this.journal?.close();
  }

  private bucket(storage: string): Bucket {
    let bucket = this.objects.get(storage);
    if (!bucket) {
      bucket = new Bucket();
      this.objects.set(storage, bucket);
    }
    return bucket;
  }

  private next(): number {
    this.counter += 1;
    return this.counter;
  }

  private publish(change: Change): void {
    this.history.push(change);
    if (this.history.length > this.historyLimit * 1.25) {
      const removed = this.history.splice(
        0,
        this.history.length - this.historyLimit,
      );
      this.compacted = removed[removed.length - 1].revision;
    }
    for (const listener of [...this.listeners]) listener(change);
  }
}

function keyOf(object: JsonObject): string {
  const { namespace, name } = asObject(object.metadata);
  return `${String(namespace ?? '')}/${String(name ?? '')}`;
}

function objectKey({ namespace, name }: ObjectKey): string {
  return `${namespace}/${name}`;
}

function withRevision(object: JsonObject, revision: number): JsonObject {
  return {
    ...object,
    metadata: {
      ...asObject(object.metadata),
      resourceVersion: String(revision),
    },
  };
}
