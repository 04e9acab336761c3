import { ObjectType } from '../objects/objectFormat';

/** Types as packs number them; 6 and 7 are deltas. */
export const PACK_TYPES: Readonly<Record<number, ObjectType>> = {
  1: 'commit',
  2: 'tree',
  3: 'blob',
  4: 'tag',
};
export const OFFSET_DELTA = 6;
export const REFERENCE_DELTA = 7;

const FIRST_CAPACITY = 1_024;
const NONE = -1;

/**
 * The objects of a pack in the order in which they lie in it. Kept in typed
 * arrays: a repository may have a million of them.
 */
export class PackEntries {
  count = 0;
  /** Where each begins; `offsets[count]` is where the last one ends. */
  offsets = new Float64Array(FIRST_CAPACITY + 1);
  /** Type of the object; of a delta, once it is resolved. */
  types = new Uint8Array(FIRST_CAPACITY);
  /** Bytes of what is packed: the object, or the delta. */
  packedSizes = new Float64Array(FIRST_CAPACITY);
  /** Bytes of the object. */
  sizes = new Float64Array(FIRST_CAPACITY);
  /** Bytes before the packed data: type, size, and name of the base. */
  headers = new Uint8Array(FIRST_CAPACITY);
  /** The entry that a delta changes; -1 for an object that is whole. */
  bases = new Int32Array(FIRST_CAPACITY);
  /** Where the content of a delta was put aside; -1 where it was not. */
  kept = new Float64Array(FIRST_CAPACITY);
  private oids: Buffer;
  /** Open addressing by the first bytes of names, which are as good as random. */
  private slots = new Int32Array(0);

  constructor(private readonly oidBytes: number) {
    this.oids = Buffer.alloc(FIRST_CAPACITY * oidBytes);
  }

  add(entry: {
    offset: number;
    header: number;
    type: number;
    packedSize: number;
  }): number {
    const index = this.count;
    if (index === this.types.length) {
      this.grow();
    }
    this.offsets[index] = entry.offset;
    this.headers[index] = entry.header;
    this.types[index] = entry.type;
    this.packedSizes[index] = entry.packedSize;
    this.sizes[index] = entry.packedSize;
    this.bases[index] = NONE;
    this.kept[index] = NONE;
    this.count += 1;
    return index;
  }

  /** The entry that begins at an offset, or -1. */
  at(offset: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = this.offsets[middle];
      if (found === offset) {
        return middle;
      }
      if (found < offset) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return NONE;
  }

  setOid(index: number, oid: Buffer): void {
    oid.copy(this.oids, index * this.oidBytes);
  }

  oid(index: number): Buffer {
    return this.oids.subarray(
      index * this.oidBytes,
      (index + 1) * this.oidBytes,
    );
  }

  /** Makes entries findable by name, once all names are known. */
  buildIndex(): void {
    let capacity = 16;
    while (capacity < this.count * 2) {
      capacity *= 2;
    }
    this.slots = new Int32Array(capacity).fill(NONE);
    for (let index = 0; index < this.count; index++) {
      const at = this.slotOf(this.oid(index));
      // The same object twice: either will do.
      this.slots[at] = index;
    }
  }

  /** The entry of a name, or -1. */
  find(oid: Buffer): number {
    return this.slots.length === 0 || oid.length !== this.oidBytes
      ? NONE
      : this.slots[this.slotOf(oid)];
  }

  /** Where a name is, or would be. */
  private slotOf(oid: Buffer): number {
    const mask = this.slots.length - 1;
    let at = oid.readUInt32LE(0) & mask;
    while (this.slots[at] !== NONE && !this.oid(this.slots[at]).equals(oid)) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private grow(): void {
    const capacity = this.types.length * 2;
    const copy = <T extends { set(from: T): void }>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.offsets = copy(new Float64Array(capacity + 1), this.offsets);
    this.types = copy(new Uint8Array(capacity), this.types);
    this.packedSizes = copy(new Float64Array(capacity), this.packedSizes);
    this.sizes = copy(new Float64Array(capacity), this.sizes);
    this.headers = copy(new Uint8Array(capacity), this.headers);
    this.bases = copy(new Int32Array(capacity), this.bases);
    this.kept = copy(new Float64Array(capacity), this.kept);
    const oids = Buffer.alloc(capacity * this.oidBytes);
    this.oids.copy(oids);
    this.oids = oids;
  }
}
