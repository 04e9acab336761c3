/** A positive number in decimal: `0.DIGITS * 10^point`. */
export interface Decimal {
  readonly digits: string;
  readonly point: number;
}

/** The fewest digits that stand for this float and no other. */
export function shortestDecimal(value: number, bits: 32 | 64): Decimal {
  if (value === 0) {
    return { digits: '', point: 0 };
  }
  if (bits === 32) {
    const exact = exactDecimal(value);
    for (let count = 1; count < 9; count++) {
      const rounded = roundDecimal(exact, count);
      if (Math.fround(toNumber(rounded)) === value) {
        return rounded;
      }
    }
    return roundDecimal(exact, 9);
  }
  const text = value.toExponential();
  const [mantissa, exponent] = text.split('e');
  return {
    digits: mantissa.replace('.', '').replace(/0+$/, ''),
    point: Number(exponent) + 1,
  };
}

function toNumber({ digits, point }: Decimal): number {
  return Number(`0.${digits}e${point}`);
}

/** Mantissa and exponent: the float is `mantissa * 2^exponent`. */
export function decompose(value: number): {
  mantissa: bigint;
  exponent: number;
} {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & ((1n << 52n) - 1n);
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
}

/** All digits of the float, of which there may be more than a thousand. */
export function exactDecimal(value: number): Decimal {
  if (value === 0) {
    return { digits: '', point: 0 };
  }
  const { mantissa, exponent } = decompose(value);
  const digits =
    exponent >= 0
      ? String(mantissa << BigInt(exponent))
      : String(mantissa * 5n ** BigInt(-exponent));
  return {
    digits: digits.replace(/0+$/, ''),
    point: digits.length + Math.min(exponent, 0),
  };
}

/** Rounds to a number of digits; a tie goes to the even digit. */
export function roundDecimal(decimal: Decimal, count: number): Decimal {
  const { digits, point } = decimal;
  if (count >= digits.length) {
    return decimal;
  }
  if (count < 0) {
    return { digits: '', point: 0 };
  }
  const next = digits.charCodeAt(count) - 0x30;
  const isTie = next === 5 && digits.length === count + 1;
  const lastIsOdd =
    count > 0 && (digits.charCodeAt(count - 1) - 0x30) % 2 === 1;
  if (next < 5 || (isTie && !lastIsOdd)) {
    const kept = digits.slice(0, count).replace(/0+$/, '');
    return { digits: kept, point: kept === '' ? 0 : point };
  }
  const raised = String(BigInt(digits.slice(0, count) || '0') + 1n);
  return {
    digits: raised.replace(/0+$/, ''),
    point: point + raised.length - count,
  };
}
