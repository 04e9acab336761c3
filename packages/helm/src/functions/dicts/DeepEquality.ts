import {
  GoComplex,
  GoEntries,
  GoError,
  GoMap,
  GoNil,
  GoNumber,
  GoPointer,
  GoStruct,
  isBytes,
  isMap,
  lengthOf,
  plain,
  typeOf,
} from '@backstage-gitops/go-template';

const MAX_DEPTH = 1000;
const MAX_STEPS = 20_000_000;

/** From here on pairs are remembered, so that shared parts count once. */
const SMALL_DEPTH = 40;
const SMALL_STEPS = 100_000;

/**
 * Go's `reflect.DeepEqual`: values are equal where their types are too, nil is
 * no empty list or map, and NaN equals nothing. One object is for the
 * comparisons of one call, whose work it limits.
 */
export class DeepEquality {
  private steps = 0;
  private seen: Map<object, object | Set<object>> | undefined;

  /** @throws GoError where the values are too many, or nested too deep */
  equal(a: unknown, b: unknown): boolean {
    this.seen = undefined;
    return this.compare(a, b, 0);
  }

  private compare(a: unknown, b: unknown, depth: number): boolean {
    if (++this.steps > MAX_STEPS) {
      throw new GoError(`more than ${MAX_STEPS} values to compare`);
    }
    if (typeof a === 'number' || typeof b === 'number') {
      return a === b;
    }
    if (a === b) {
      // A float32 may be what equals nothing.
      return !(a instanceof GoNumber && Number.isNaN(a.value));
    }
    if (isInteger(a) && isInteger(b)) {
      return (
        typeOf(a).name === typeOf(b).name &&
        // eslint-disable-next-line eqeqeq -- one may be a bigint
        integerOf(a) == integerOf(b)
      );
    }
    if (
      typeof a !== 'object' ||
      typeof b !== 'object' ||
      a === null ||
      b === null
    ) {
      return isAbsent(a) && isAbsent(b);
    }
    return this.compareObjects(a, b, depth);
  }

  private compareObjects(a: object, b: object, depth: number): boolean {
    if (depth > MAX_DEPTH) {
      throw new GoError(
        `values to compare are nested deeper than ${MAX_DEPTH} levels`,
      );
    }
    if (typeOf(a).name !== typeOf(b).name) {
      return false;
    }
    if (a instanceof GoNil || b instanceof GoNil) {
      return a instanceof GoNil && b instanceof GoNil;
    }
    if (depth > SMALL_DEPTH || this.steps > SMALL_STEPS) {
      if (this.isRemembered(a, b)) {
        return true;
      }
    }
    const x = plain(a);
    const y = plain(b);
    if (Array.isArray(x)) {
      return Array.isArray(y) && this.compareLists(x, y, depth + 1);
    }
    if (isBytes(x)) {
      return isBytes(y) && Buffer.compare(x, y) === 0;
    }
    if (isMap(x)) {
      return isMap(y) && this.compareMaps(x, y, depth + 1);
    }
    return typeof x === 'object' && typeof y === 'object'
      ? this.compareOthers(x!, y!, depth + 1)
      : x === y;
  }

  private compareLists(
    a: readonly unknown[],
    b: readonly unknown[],
    depth: number,
  ): boolean {
    if (a.length !== b.length || a === b) {
      return a === b;
    }
    for (let i = 0; i < a.length; i++) {
      if (!this.compare(a[i], b[i], depth)) {
        return false;
      }
    }
    return true;
  }

  private compareMaps(a: GoMap, b: GoMap, depth: number): boolean {
    if (a === b) {
      return true;
    }
    if (lengthOf(a) !== lengthOf(b)) {
      return false;
    }
    for (const key of Object.keys(a)) {
      if (a[key] === undefined) {
        continue;
      }
      const other = Object.hasOwn(b, key) ? b[key] : undefined;
      if (other === undefined || !this.compare(a[key], other, depth)) {
        return false;
      }
    }
    return true;
  }

  private compareOthers(a: object, b: object, depth: number): boolean {
    if (a instanceof GoPointer && b instanceof GoPointer) {
      return this.compare(a.target, b.target, depth);
    }
    if (a instanceof GoComplex && b instanceof GoComplex) {
      return a.real === b.real && a.imaginary === b.imaginary;
    }
    if (a instanceof GoEntries && b instanceof GoEntries) {
      return this.compareEntries(a, b, depth);
    }
    // Functions equal nothing.
    return (
      a instanceof GoStruct &&
      b instanceof GoStruct &&
      this.compareMaps(stateOf(a), stateOf(b), depth)
    );
  }

  private compareEntries(a: GoEntries, b: GoEntries, depth: number): boolean {
    return (
      a.entries.length === b.entries.length &&
      a.entries.every(([key, value]) => {
        const other = b.entries.find(([k]) => this.compare(key, k, depth));
        return other !== undefined && this.compare(value, other[1], depth);
      })
    );
  }

  /** A pair that is met again is equal, unless what follows says otherwise. */
  private isRemembered(a: object, b: object): boolean {
    this.seen ??= new Map();
    const others = this.seen.get(a);
    if (others === undefined) {
      this.seen.set(a, b);
    } else if (others instanceof Set) {
      if (others.has(b)) {
        return true;
      }
      others.add(b);
    } else if (others === b) {
      return true;
    } else {
      this.seen.set(a, new Set([others, b]));
    }
    return false;
  }
}

/** Fields and what is not exported; of classes without such a list, all. */
function stateOf(struct: GoStruct): GoMap {
  const hidden = struct.hidden();
  return Object.keys(hidden).length > 0
    ? { ...struct.fields, ...hidden }
    : { ...struct };
}

function isAbsent(value: unknown): boolean {
  return value === null || value === undefined;
}

function isInteger(value: unknown): value is GoNumber | bigint {
  return typeof value === 'bigint' || value instanceof GoNumber;
}

function integerOf(value: GoNumber | bigint): number | bigint {
  return typeof value === 'bigint' ? BigInt.asIntN(64, value) : value.value;
}
