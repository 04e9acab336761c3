import { asString, at } from '../../json/value';
import type { Change, ObjectStore } from '../../storage/objectStore';
import { uidOf } from '../objects';

/** Gives each pod an address of its own in 10.244.0.0/16, again after a restart. */
export class PodAddresses {
  private readonly byUid = new Map<string, string>();
  private readonly taken = new Set<string>();
  private last = 1;

  constructor(store: ObjectStore) {
    for (const pod of store.list('/pods')) {
      const address = asString(at(pod, 'status', 'podIP'));
      if (address) this.keep(uidOf(pod), address);
    }
  }

  /** The address of a pod. */
  of(uid: string): string {
    const known = this.byUid.get(uid);
    if (known) return known;
    const address = this.free();
    this.keep(uid, address);
    return address;
  }

  /** Takes back the address of a pod that is gone. */
  onChange({ type, storage, object }: Change): void {
    if (storage !== '/pods' || type !== 'DELETED') return;
    const address = this.byUid.get(uidOf(object));
    this.byUid.delete(uidOf(object));
    if (address) this.taken.delete(address);
  }

  private free(): string {
    for (let tries = 0; ; tries += 1) {
      this.last = this.last >= 65_533 ? 2 : this.last + 1;
      const address = `10.244.${Math.floor(this.last / 256)}.${this.last % 256}`;
      if (!this.taken.has(address) || tries > 65_534) return address;
    }
  }

  private keep(uid: string, address: string): void {
    this.byUid.set(uid, address);
    this.taken.add(address);
  }
}
