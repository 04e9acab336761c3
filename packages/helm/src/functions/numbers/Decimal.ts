import { formatFloat, GoError } from '@backstage-gitops/go-template';

/** Digits after the point of a quotient that is not exact. */
const PRECISION = 16;

/** Beyond this an exact product would only cost time. */
const MAX_DIGITS = 100_000;
const BOUND = 1n << BigInt(Math.ceil(MAX_DIGITS * Math.log2(10)));

/**
 * An exact decimal number, `digits * 10 ** exponent`, as shopspring/decimal 1.4
 * counts. It is made from the shortest digits of a float.
 */
export class Decimal {
  private constructor(
    private readonly digits: bigint,
    private readonly exponent: number,
  ) {}

  /** @throws GoError for infinity and what is no number */
  static of(value: number): Decimal {
    if (!Number.isFinite(value)) {
      throw new GoError(
        `Cannot create a Decimal from ${formatFloat(value, 'g')}`,
      );
    }
    if (Number.isSafeInteger(value)) {
      return new Decimal(BigInt(value), 0);
    }
    const [, sign, whole, fraction = '', shift = '0'] =
      /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value))!;
    return new Decimal(
      BigInt(sign + whole + fraction),
      Number(shift) - fraction.length,
    );
  }

  add(other: Decimal): Decimal {
    const exponent = Math.min(this.exponent, other.exponent);
    return new Decimal(this.at(exponent) + other.at(exponent), exponent);
  }

  subtract(other: Decimal): Decimal {
    const exponent = Math.min(this.exponent, other.exponent);
    return new Decimal(this.at(exponent) - other.at(exponent), exponent);
  }

  multiply(other: Decimal): Decimal {
    const exponent = this.exponent + other.exponent;
    const digits = this.digits * other.digits;
    if (
      Math.abs(exponent) > MAX_DIGITS ||
      digits >= BOUND ||
      digits <= -BOUND
    ) {
      throw new GoError(`the product has more than ${MAX_DIGITS} digits`);
    }
    return new Decimal(digits, exponent);
  }

  /** @throws GoError where the other is 0 */
  divide(other: Decimal): Decimal {
    if (other.digits === 0n) {
      throw new GoError('decimal division by 0');
    }
    const shift = this.exponent - other.exponent + PRECISION;
    const dividend = shift > 0 ? this.digits * power(shift) : this.digits;
    const divisor = shift < 0 ? other.digits * power(-shift) : other.digits;
    const quotient = dividend / divisor;
    const rest = magnitude(dividend % divisor);
    const away = dividend < 0n === divisor < 0n ? 1n : -1n;
    return new Decimal(
      2n * rest < magnitude(divisor) ? quotient : quotient + away,
      -PRECISION,
    );
  }

  /** The nearest float. */
  toNumber(): number {
    return Number(`${this.digits}e${this.exponent}`);
  }

  private at(exponent: number): bigint {
    return this.exponent === exponent
      ? this.digits
      : this.digits * power(this.exponent - exponent);
  }
}

function power(exponent: number): bigint {
  return 10n ** BigInt(exponent);
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
