import {
  Decimal,
  decompose,
  exactDecimal,
  roundDecimal,
  shortestDecimal,
} from './decimal';

/** Forms of floats, as Go's `strconv` names them. @public */
export type FloatForm = 'b' | 'e' | 'E' | 'f' | 'g' | 'G' | 'x' | 'X';

/**
 * Go's `strconv.FormatFloat`; a precision of -1 means the fewest digits that
 * stand for the number.
 *
 * @public
 */
export function formatFloat(
  value: number,
  form: FloatForm = 'g',
  precision = -1,
  bits: 32 | 64 = 64,
): string {
  if (Number.isNaN(value)) {
    return 'NaN';
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? '+Inf' : '-Inf';
  }
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  if (
    form === 'g' &&
    precision < 0 &&
    bits === 64 &&
    size < 1e6 &&
    Number.isInteger(size)
  ) {
    return sign + size;
  }
  return sign + formatPositive(size, form, precision, bits);
}

function formatPositive(
  value: number,
  form: FloatForm,
  precision: number,
  bits: 32 | 64,
): string {
  switch (form) {
    case 'b':
      return formatBinary(value, bits);
    case 'x':
    case 'X': {
      const text = formatHex(value, precision);
      return form === 'X' ? text.toUpperCase() : text;
    }
    default:
  }
  const isShortest = precision < 0;
  const decimal = isShortest
    ? shortestDecimal(value, bits)
    : exactDecimal(value);
  switch (form) {
    case 'e':
    case 'E': {
      const places = isShortest
        ? Math.max(decimal.digits.length - 1, 0)
        : precision;
      return exponential(roundDecimal(decimal, places + 1), places, form);
    }
    case 'f': {
      const places = isShortest
        ? Math.max(decimal.digits.length - decimal.point, 0)
        : precision;
      return fixed(roundDecimal(decimal, decimal.point + places), places);
    }
    default:
      return general(decimal, form, precision);
  }
}

/** `e` for large and small exponents, else `f`, without zeros at the end. */
function general(decimal: Decimal, form: 'g' | 'G', precision: number): string {
  const isShortest = precision < 0;
  const wanted = isShortest ? 6 : precision || 1;
  const rounded = isShortest ? decimal : roundDecimal(decimal, wanted);
  const count = rounded.digits.length;
  let limit = wanted;
  if (limit > count && count >= rounded.point) {
    limit = count;
  }
  if (isShortest) {
    limit = 6;
  }
  const exponent = rounded.point - 1;
  if (count > 0 && (exponent < -4 || exponent >= limit)) {
    const places = Math.min(isShortest ? count : wanted, count) - 1;
    return exponential(rounded, places, form === 'g' ? 'e' : 'E');
  }
  return fixed(rounded, Math.max(count - rounded.point, 0));
}

function exponential(decimal: Decimal, places: number, letter: string): string {
  const digits = decimal.digits.padEnd(places + 1, '0');
  const exponent = decimal.digits === '' ? 0 : decimal.point - 1;
  const fraction = places > 0 ? `.${digits.slice(1, places + 1)}` : '';
  return `${digits[0]}${fraction}${letter}${signedExponent(exponent)}`;
}

function signedExponent(exponent: number): string {
  const digits = String(Math.abs(exponent)).padStart(2, '0');
  return `${exponent < 0 ? '-' : '+'}${digits}`;
}

function fixed({ digits, point }: Decimal, places: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  if (places === 0) {
    return whole;
  }
  const behind =
    point > 0
      ? digits.slice(point)
      : '0'.repeat(Math.min(-point, places)) + digits;
  return `${whole}.${behind.padEnd(places, '0')}`;
}

function formatBinary(value: number, bits: 32 | 64): string {
  let { mantissa, exponent } = decompose(value);
  if (bits === 32) {
    // The same number with the 24 bits of a float32.
    const denormal = exponent + 29 < -149 ? -149 - (exponent + 29) : 0;
    mantissa >>= BigInt(29 + denormal);
    exponent = value === 0 ? -149 : exponent + 29 + denormal;
  }
  return `${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`;
}

function formatHex(value: number, precision: number): string {
  let { mantissa, exponent } = decompose(value);
  if (mantissa === 0n) {
    return `0x0${precision > 0 ? `.${'0'.repeat(precision)}` : ''}p+00`;
  }
  // One bit before the point, 60 (15 digits) behind it.
  const shift = 61 - mantissa.toString(2).length;
  mantissa <<= BigInt(shift);
  exponent += 60 - shift;
  if (precision >= 0 && precision < 15) {
    const dropped = BigInt(60 - precision * 4);
    const extra = mantissa & ((1n << dropped) - 1n);
    const half = 1n << (dropped - 1n);
    mantissa >>= dropped;
    if (extra > half || (extra === half && mantissa % 2n === 1n)) {
      mantissa += 1n;
    }
    mantissa <<= dropped;
    if (mantissa >> 61n) {
      mantissa >>= 1n;
      exponent++;
    }
  }
  const digits = mantissa.toString(16).padStart(16, '0').slice(1);
  const fraction =
    precision < 0
      ? digits.replace(/0+$/, '')
      : digits.slice(0, precision).padEnd(precision, '0');
  return `0x1${fraction ? `.${fraction}` : ''}p${signedExponent(exponent)}`;
}
