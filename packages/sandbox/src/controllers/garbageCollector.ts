import type { JsonObject } from '../json/value';
import { asArray, asObject, asString, at, isObject } from '../json/value';
import {
  FOREGROUND_FINALIZER,
  ORPHAN_FINALIZER,
} from '../objects/deleteObject';
import type { Change } from '../storage/objectStore';
import type { Controller, ControllerContext } from './controllerContext';
import { controllerOptions } from './controllerContext';

const MANAGER = 'kube-controller-manager';

/**
 * Deletes objects whose owners are gone, and carries out foreground deletion
 * and orphaning (Kubernetes 1.34, `pkg/controller/garbagecollector`).
 */
export class GarbageCollector implements Controller {
  private readonly uids = new Set<string>();
  private readonly dependents = new Map<string, Map<string, JsonObject>>();

  constructor(private readonly context: ControllerContext) {}

  onChange(change: Change): void {
    this.index(change);
    const uid = uidOf(change.object);
    if (change.type === 'DELETED') {
      for (const dependent of this.dependentsOf(uid)) this.collect(dependent);
      for (const owner of ownersOf(change.object))
        this.continueForeground(owner);
      return;
    }
    if (at(change.object, 'metadata', 'deletionTimestamp')) {
      this.continueDeletion(change.object);
    } else if (ownersOf(change.object).length > 0) {
      this.collect(change.object);
    }
  }

  private index({ type, object, previous }: Change): void {
    const uid = uidOf(object);
    if (type === 'DELETED') this.uids.delete(uid);
    else this.uids.add(uid);
    for (const owner of previous ? ownersOf(previous) : []) {
      this.dependents.get(owner)?.delete(uid);
    }
    if (type === 'DELETED') return;
    for (const owner of ownersOf(object)) {
      const group = this.dependents.get(owner) ?? new Map();
      group.set(uid, object);
      this.dependents.set(owner, group);
    }
  }

  private dependentsOf(uid: string): JsonObject[] {
    return [...(this.dependents.get(uid)?.values() ?? [])].flatMap(object => {
      const live = this.context.current(object);
      return live && ownersOf(live).includes(uid) ? [live] : [];
    });
  }

  private exists(uid: string): boolean {
    if (this.uids.has(uid)) return true;
    for (const { object } of this.context.store.all()) {
      if (uidOf(object) === uid) return true;
    }
    return false;
  }

  /** Deletes an object when none of its owners exists. */
  private collect(object: JsonObject): void {
    const live = this.context.current(object);
    if (!live || at(live, 'metadata', 'deletionTimestamp')) return;
    const owners = ownersOf(live);
    if (owners.length === 0 || owners.some(uid => this.exists(uid))) return;
    const target = this.context.targetOf(live);
    if (!target) return;
    this.context.attempt(() =>
      this.context.writer.delete(target, {
        dryRun: false,
        preconditions: { uid: uidOf(live) },
      }),
    );
  }

  private continueForeground(uid: string): void {
    for (const { object } of this.context.store.all()) {
      if (uidOf(object) === uid) {
        this.continueDeletion(object);
        return;
      }
    }
  }

  private continueDeletion(object: JsonObject): void {
    const live = this.context.current(object);
    if (!live) return;
    const finalizers = asArray(at(live, 'metadata', 'finalizers'));
    if (finalizers.includes(ORPHAN_FINALIZER)) this.orphan(live);
    else if (finalizers.includes(FOREGROUND_FINALIZER)) this.foreground(live);
  }

  private orphan(owner: JsonObject): void {
    const uid = uidOf(owner);
    for (const dependent of this.dependentsOf(uid)) {
      const owners = asArray(at(dependent, 'metadata', 'ownerReferences'));
      this.updateMetadata(dependent, {
        ownerReferences: owners.filter(
          reference => asObject(reference).uid !== uid,
        ),
      });
    }
    this.removeFinalizer(owner, ORPHAN_FINALIZER);
  }

  private foreground(owner: JsonObject): void {
    const uid = uidOf(owner);
    const dependents = this.dependentsOf(uid);
    const blocking = dependents.filter(dependent =>
      asArray(at(dependent, 'metadata', 'ownerReferences')).some(
        reference =>
          asObject(reference).uid === uid &&
          asObject(reference).blockOwnerDeletion === true,
      ),
    );
    for (const dependent of dependents) {
      if (at(dependent, 'metadata', 'deletionTimestamp')) continue;
      const others = ownersOf(dependent).filter(
        other => other !== uid && this.exists(other),
      );
      if (others.length > 0) continue;
      const target = this.context.targetOf(dependent);
      if (!target) continue;
      this.context.attempt(() =>
        this.context.writer.delete(target, {
          dryRun: false,
          propagationPolicy: 'Foreground',
          preconditions: { uid: uidOf(dependent) },
        }),
      );
    }
    if (blocking.length === 0)
      this.removeFinalizer(owner, FOREGROUND_FINALIZER);
  }

  private removeFinalizer(object: JsonObject, finalizer: string): void {
    this.updateMetadata(object, {
      finalizers: asArray(at(object, 'metadata', 'finalizers')).filter(
        name => name !== finalizer,
      ),
    });
  }

  private updateMetadata(object: JsonObject, change: JsonObject): void {
    const live = this.context.current(object);
    const target = live && this.context.targetOf(live);
    if (!live || !target) return;
    const metadata: JsonObject = { ...asObject(live.metadata), ...change };
    for (const name of Object.keys(change)) {
      if (asArray(metadata[name]).length === 0) delete metadata[name];
    }
    this.context.attempt(() =>
      this.context.writer.update(
        target,
        live,
        { ...live, metadata },
        controllerOptions(MANAGER),
      ),
    );
  }
}

function uidOf(object: JsonObject): string {
  return asString(at(object, 'metadata', 'uid')) ?? '';
}

function ownersOf(object: JsonObject): string[] {
  return asArray(at(object, 'metadata', 'ownerReferences'))
    .filter(isObject)
    .map(reference => asString(reference.uid) ?? '')
    .filter(Boolean);
}
