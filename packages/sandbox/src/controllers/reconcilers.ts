import type { JsonObject } from '../json/value';
import type { ObjectKey, ObjectStore } from '../storage/objectStore';
import { nameOf, namespaceOf } from './objects';
import type { WorkQueue } from './workQueue';

/** Looks after the objects of one kind. */
export interface Reconciler {
  /** Where the objects are stored. */
  readonly storage: string;
  /**
   * Brings about what an object, as it is stored now, asks for. Called after
   * each change of it or of what it controls, for objects that are being
   * deleted too.
   *
   * @returns after how many milliseconds to look again; undefined for not before the next change
   */
  reconcile(object: JsonObject): number | undefined;
}

/** Calls reconcilers by the objects that are to be looked at. */
export class Reconcilers {
  private readonly byStorage = new Map<string, Reconciler>();

  constructor(
    private readonly options: { store: ObjectStore; queue: WorkQueue },
  ) {}

  register(reconciler: Reconciler): void {
    this.byStorage.set(reconciler.storage, reconciler);
  }

  /** Looks at an object soon. */
  add(storage: string, object: JsonObject): void {
    this.addKey({
      storage,
      namespace: namespaceOf(object),
      name: nameOf(object),
    });
  }

  /** Looks soon at the object of a name, if there is one. */
  addKey(key: ObjectKey): void {
    const reconciler = this.byStorage.get(key.storage);
    if (!reconciler) return;
    this.options.queue.add(idOf(key), () => this.run(reconciler, key));
  }

  /** Does not look again at an object that is gone. */
  forget(storage: string, object: JsonObject): void {
    this.options.queue.cancel(
      idOf({
        storage,
        namespace: namespaceOf(object),
        name: nameOf(object),
      }),
    );
  }

  private run(reconciler: Reconciler, key: ObjectKey): void {
    const { store, queue } = this.options;
    const object = store.get(key);
    const id = idOf(key);
    if (!object) return;
    const again = reconciler.reconcile(object);
    if (again === undefined) queue.cancel(id);
    else queue.addAfter(id, again, () => this.run(reconciler, key));
  }
}

function idOf({ storage, namespace, name }: ObjectKey): string {
  return `${storage}|${namespace}|${name}`;
}
