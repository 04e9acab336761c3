import { GoNumber, lengthOf, typeOf } from '@backstage-gitops/go-template';
import { DeepEquality } from '../dicts/DeepEquality';

/**
 * A set whose members are equal as `reflect.DeepEqual` sees them. Texts and
 * numbers are found by a hash, lists and maps among those of their type and
 * length.
 */
export class MemberSet {
  private readonly scalars = new Set<unknown>();
  private readonly others = new Map<string, unknown[]>();
  private readonly equality = new DeepEquality();

  constructor(members: readonly unknown[] = []) {
    for (const member of members) {
      this.add(member);
    }
  }

  /** Whether it was added, that is, had not been there. */
  add(value: unknown): boolean {
    if (isScalar(value)) {
      if (this.hasScalar(value)) {
        return false;
      }
      this.scalars.add(value);
      return true;
    }
    const key = keyOf(value);
    const candidates = this.others.get(key);
    if (!candidates) {
      this.others.set(key, [value]);
      return true;
    }
    if (this.holds(candidates, value)) {
      return false;
    }
    candidates.push(value);
    return true;
  }

  has(value: unknown): boolean {
    if (isScalar(value)) {
      return this.hasScalar(value);
    }
    const candidates = this.others.get(keyOf(value));
    return candidates !== undefined && this.holds(candidates, value);
  }

  private hasScalar(value: unknown): boolean {
    // NaN equals nothing, but a Set finds it.
    return this.scalars.has(value) && !Number.isNaN(value);
  }

  private holds(candidates: readonly unknown[], value: unknown): boolean {
    return candidates.some(other => this.equality.equal(other, value));
  }
}

function isScalar(value: unknown): boolean {
  return (
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean'
  );
}

function keyOf(value: unknown): string {
  if (typeof value === 'bigint') {
    return `int64 ${BigInt.asIntN(64, value)}`;
  }
  const size = value instanceof GoNumber ? value.value : lengthOf(value);
  return `${typeOf(value).name} ${size}`;
}
