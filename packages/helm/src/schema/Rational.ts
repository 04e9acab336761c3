/**
 * A decimal number as it was written, exactly: multiples of 0.1 are multiples
 * of 0.1, and integers have any size.
 */
export class Rational {
  private constructor(
    private readonly digits: bigint,
    /** The number is `digits` divided by ten to this power. */
    private readonly scale: number,
  ) {}

  static of(value: number | bigint): Rational {
    if (typeof value === 'bigint') {
      return new Rational(value, 0);
    }
    const [mantissa, power] = value.toExponential().split('e');
    const fraction = mantissa.split('.')[1] ?? '';
    const digits = BigInt(mantissa.replace('.', ''));
    const scale = fraction.length - Number(power);
    return scale < 0
      ? new Rational(digits * 10n ** BigInt(-scale), 0)
      : new Rational(digits, scale);
  }

  get isInteger(): boolean {
    return this.digits % 10n ** BigInt(this.scale) === 0n;
  }

  /** Below, at or above 0 as this number is below, equal to or above the other. */
  compare(other: Rational): number {
    const [a, b] = this.align(other);
    if (a === b) {
      return 0;
    }
    return a < b ? -1 : 1;
  }

  isMultipleOf(other: Rational): boolean {
    const [a, b] = this.align(other);
    return b !== 0n && a % b === 0n;
  }

  private align(other: Rational): [bigint, bigint] {
    const scale = Math.max(this.scale, other.scale);
    return [this, other].map(
      ({ digits, scale: own }) => digits * 10n ** BigInt(scale - own),
    ) as [bigint, bigint];
  }
}
