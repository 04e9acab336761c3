import type { JsonObject } from '../json/value';
import type { Change, ObjectStore } from '../storage/objectStore';
import { ownerReferences, uidOf } from './objects';

/** An object and where it is stored. */
export interface IndexedObject {
  storage: string;
  object: JsonObject;
}

/** Objects by UID and by their owners' UIDs, always as they are stored now. */
export class OwnerIndex {
  private readonly objects = new Map<string, IndexedObject>();
  private readonly owned = new Map<string, Set<string>>();
  private readonly unsubscribe: () => void;

  constructor(store: ObjectStore) {
    for (const { storage, object } of store.all()) this.put(storage, object);
    this.unsubscribe = store.subscribe(change => this.follow(change));
  }

  /** The object of a UID. */
  find(uid: string): IndexedObject | undefined {
    return this.objects.get(uid);
  }

  /** What refers to an owner, in the order of creation; of one storage where that is given. */
  dependents(uid: string, storage?: string): JsonObject[] {
    const found: JsonObject[] = [];
    for (const dependent of this.owned.get(uid) ?? []) {
      const entry = this.objects.get(dependent);
      if (entry && (storage === undefined || entry.storage === storage)) {
        found.push(entry.object);
      }
    }
    return found;
  }

  close(): void {
    this.unsubscribe();
  }

  private follow({ type, storage, object, previous }: Change): void {
    if (type === 'DELETED') {
      this.release(previous ?? object, []);
      this.objects.delete(uidOf(object));
      return;
    }
    if (previous) this.release(previous, ownersOf(object));
    this.put(storage, object);
  }

  private put(storage: string, object: JsonObject): void {
    const uid = uidOf(object);
    this.objects.set(uid, { storage, object });
    for (const owner of ownersOf(object)) {
      const dependents = this.owned.get(owner) ?? new Set();
      dependents.add(uid);
      this.owned.set(owner, dependents);
    }
  }

  private release(object: JsonObject, kept: string[]): void {
    const uid = uidOf(object);
    for (const owner of ownersOf(object)) {
      if (kept.includes(owner)) continue;
      const dependents = this.owned.get(owner);
      dependents?.delete(uid);
      if (dependents?.size === 0) this.owned.delete(owner);
    }
  }
}

function ownersOf(object: JsonObject): string[] {
  return ownerReferences(object).map(({ uid }) => uid);
}
