import type { JsonObject } from '../../json/value';
import { asArray, asObject, at } from '../../json/value';
import {
  FOREGROUND_FINALIZER,
  ORPHAN_FINALIZER,
} from '../../objects/deleteObject';
import type { Change } from '../../storage/objectStore';
import type { Controller, ControllerContext } from '../controllerContext';
import { isDeleting, ownerReferences, uidOf, withMetadata } from '../objects';

const MANAGER = 'kube-controller-manager';

/**
 * Deletes objects whose owners are gone, and carries out foreground deletion
 * and orphaning (Kubernetes 1.34, `pkg/controller/garbagecollector`).
 */
export class GarbageCollector implements Controller {
  constructor(private readonly context: ControllerContext) {}

  onChange({ type, object, previous }: Change): void {
    if (type === 'DELETED') {
      for (const dependent of this.context.owners.dependents(uidOf(object))) {
        this.collect(dependent);
      }
      for (const { uid } of ownerReferences(object)) this.proceed(uid);
      return;
    }
    for (const { uid } of previous ? ownerReferences(previous) : []) {
      if (!ownerUids(object).includes(uid)) this.proceed(uid);
    }
    if (isDeleting(object)) this.proceed(uidOf(object));
    else if (ownerReferences(object).length > 0) this.collect(object);
  }

  private exists(uid: string): boolean {
    return this.context.owners.find(uid) !== undefined;
  }

  /** Deletes an object when none of its owners exists. */
  private collect(object: JsonObject): void {
    const live = this.context.current(object);
    if (!live || isDeleting(live)) return;
    const owners = ownerUids(live);
    if (owners.length === 0 || owners.some(uid => this.exists(uid))) return;
    this.context.delete(live, { preconditions: { uid: uidOf(live) } });
  }

  /** Goes on with the deletion of an object that waits for its dependents. */
  private proceed(uid: string): void {
    const live = this.context.owners.find(uid)?.object;
    if (!live || !isDeleting(live)) return;
    const finalizers = asArray(at(live, 'metadata', 'finalizers'));
    if (finalizers.includes(ORPHAN_FINALIZER)) this.orphan(live);
    else if (finalizers.includes(FOREGROUND_FINALIZER)) this.foreground(live);
  }

  private orphan(owner: JsonObject): void {
    const uid = uidOf(owner);
    for (const dependent of this.context.owners.dependents(uid)) {
      const owners = asArray(at(dependent, 'metadata', 'ownerReferences'));
      this.setList(
        dependent,
        'ownerReferences',
        owners.filter(reference => asObject(reference).uid !== uid),
      );
    }
    this.removeFinalizer(owner, ORPHAN_FINALIZER);
  }

  private foreground(owner: JsonObject): void {
    const uid = uidOf(owner);
    const dependents = this.context.owners.dependents(uid);
    for (const dependent of dependents) {
      if (isDeleting(dependent)) continue;
      const others = ownerUids(dependent).filter(
        other => other !== uid && this.exists(other),
      );
      if (others.length > 0) continue;
      this.context.delete(dependent, {
        propagationPolicy: 'Foreground',
        preconditions: { uid: uidOf(dependent) },
      });
    }
    const isBlocked = dependents.some(dependent =>
      asArray(at(dependent, 'metadata', 'ownerReferences'))
        .map(asObject)
        .some(
          reference =>
            reference.uid === uid && reference.blockOwnerDeletion === true,
        ),
    );
    if (!isBlocked) this.removeFinalizer(owner, FOREGROUND_FINALIZER);
  }

  private removeFinalizer(object: JsonObject, finalizer: string): void {
    const live = this.context.current(object);
    if (!live) return;
    this.setList(
      live,
      'finalizers',
      asArray(at(live, 'metadata', 'finalizers')).filter(
        name => name !== finalizer,
      ),
    );
  }

  private setList(
    object: JsonObject,
    name: string,
    entries: ReturnType<typeof asArray>,
  ): void {
    const live = this.context.current(object);
    if (!live) return;
    const next = withMetadata(live, {
      [name]: entries.length > 0 ? entries : undefined,
    });
    this.context.attempt(() => this.context.update(live, next, MANAGER));
  }
}

function ownerUids(object: JsonObject): string[] {
  return ownerReferences(object).map(({ uid }) => uid);
}
