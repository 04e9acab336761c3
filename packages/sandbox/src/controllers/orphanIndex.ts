import type { JsonObject } from '../json/value';
import type { Change, ObjectStore } from '../storage/objectStore';
import { controllerOf, namespaceOf, uidOf } from './objects';

/** What may be adopted: objects of some kinds that nothing controls, always as they are stored now. */
export class OrphanIndex {
  private readonly orphans = new Map<string, Map<string, JsonObject>>();
  private readonly unsubscribe: () => void;

  constructor(
    store: ObjectStore,
    private readonly storages: ReadonlySet<string>,
  ) {
    for (const { storage, object } of store.all()) this.put(storage, object);
    this.unsubscribe = store.subscribe(change => this.follow(change));
  }

  /** Orphans of a storage in a namespace. */
  list(storage: string, namespace: string): JsonObject[] {
    return [...(this.orphans.get(`${storage} ${namespace}`)?.values() ?? [])];
  }

  close(): void {
    this.unsubscribe();
  }

  private follow({ type, storage, object, previous }: Change): void {
    if (!this.storages.has(storage)) return;
    if (previous) this.group(storage, previous).delete(uidOf(previous));
    if (type !== 'DELETED') this.put(storage, object);
  }

  private put(storage: string, object: JsonObject): void {
    if (!this.storages.has(storage) || controllerOf(object)) return;
    this.group(storage, object).set(uidOf(object), object);
  }

  private group(storage: string, object: JsonObject): Map<string, JsonObject> {
    const id = `${storage} ${namespaceOf(object)}`;
    const group = this.orphans.get(id) ?? new Map<string, JsonObject>();
    this.orphans.set(id, group);
    return group;
  }
}
