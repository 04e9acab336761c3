/** Go's integer literals; a leading zero alone means octal. */
const INTEGER =
  /^[+-]?(?:0[xX](?<hex>(?:_?[0-9a-fA-F])+)|0[bB](?<binary>(?:_?[01])+)|0[oO]?(?<octal>(?:_?[0-7])+)|(?<decimal>0|[1-9](?:_?[0-9])*))$/;

const SIGN = /^[+-]/;
const LEADING_ZEROS = /^0+(?=.)/;
const DECIMAL = /^([+-]?)([0-9]+)/;
const OCTAL = /^[+-]?[0-7]+$/;

const FLOAT = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const HEX_FLOAT =
  /^([+-]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?[pP]([+-]?[0-9]+)$/;
const HEX_PREFIX = /^[+-]?0[xX](?:_(?=[0-9a-fA-F]))?/;
/** An underscore that does not stand between digits. */
const STRAY = /(?:^|[^0-9])_|_(?:$|[^0-9])/;
const STRAY_HEX = /(?:^|[^0-9a-fA-F])_|_(?:$|[^0-9a-fA-F])/;
const INFINITE = /^[+-]?inf(?:inity)?$/i;

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);
const MAX_UINT64 = 2n ** 64n - 1n;

/** Digits of an int64 in base 2. */
const MOST_DIGITS = 64;

/** Longer texts could be integers only by their leading zeros. */
const LONGEST = 64 * 1024;

/** An int64: a number where it is safe, a bigint beyond. */
export type Int64 = number | bigint;

/**
 * Go's `strconv.ParseInt` with 64 bits; base 0 takes the base from the prefix
 * and allows underscores. `undefined` where that is an error.
 */
export function parseInteger(text: string, base: 0 | 8): Int64 | undefined {
  if (text.length > LONGEST) {
    return undefined;
  }
  const literal = base === 0 ? readLiteral(text) : readOctal(text);
  if (!literal) {
    return undefined;
  }
  const { prefix, digits } = literal;
  const isNegative = text.startsWith('-');
  if (digits.length < 13) {
    const small = Number(prefix + digits);
    return isNegative && small !== 0 ? -small : small;
  }
  const significant = digits.replace(LEADING_ZEROS, '');
  if (significant.length > MOST_DIGITS) {
    return undefined;
  }
  const size = BigInt(prefix + significant);
  const value = isNegative ? -size : size;
  if (value > MAX_INT64 || value < MIN_INT64) {
    return undefined;
  }
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** Digits, and their prefix in JavaScript. */
interface Digits {
  prefix: string;
  digits: string;
}

function readOctal(text: string): Digits | undefined {
  return OCTAL.test(text)
    ? { prefix: '0o', digits: text.replace(SIGN, '') }
    : undefined;
}

function readLiteral(text: string): Digits | undefined {
  const groups = INTEGER.exec(text)?.groups;
  if (!groups) {
    return undefined;
  }
  const { hex, binary, octal, decimal } = groups;
  let prefix = decimal === undefined ? '0o' : '';
  if (hex !== undefined) {
    prefix = '0x';
  } else if (binary !== undefined) {
    prefix = '0b';
  }
  const digits = hex ?? binary ?? octal ?? decimal;
  return { prefix, digits: digits.replaceAll('_', '') };
}

/**
 * What Go's `strconv.Atoi` returns, beside an error or without: 0 where the
 * text is no number, the nearest int where it is out of range. Digits beyond
 * those of a uint64 are out of range whatever follows them.
 */
export function parseDecimal(text: string): Int64 {
  const match = DECIMAL.exec(text);
  if (!match) {
    return 0;
  }
  const [all, sign, digits] = match;
  const significant = digits.replace(LEADING_ZEROS, '').slice(0, 21);
  const size = BigInt(significant);
  if (all.length < text.length && size <= MAX_UINT64) {
    return 0;
  }
  const value = sign === '-' ? -size : size;
  if (value > MAX_INT64) {
    return MAX_INT64;
  }
  if (value < MIN_INT64) {
    return MIN_INT64;
  }
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/**
 * Go's `strconv.ParseFloat` with 64 bits; `undefined` where that is an error,
 * as it is out of range.
 */
export function parseFloat64(text: string): number | undefined {
  let plain = text;
  if (text.includes('_')) {
    const body = text.replace(HEX_PREFIX, '');
    if ((body === text ? STRAY : STRAY_HEX).test(body)) {
      return undefined;
    }
    plain = text.replaceAll('_', '');
  }
  if (FLOAT.test(plain)) {
    const value = Number(plain);
    return Number.isFinite(value) ? value : undefined;
  }
  const hex = HEX_FLOAT.exec(plain);
  if (hex) {
    return parseHex(hex);
  }
  if (INFINITE.test(text)) {
    return text.startsWith('-') ? -Infinity : Infinity;
  }
  return text.toLowerCase() === 'nan' ? NaN : undefined;
}

function parseHex([, sign, whole, fraction = '', power]: RegExpExecArray):
  number | undefined {
  const digits = (whole + fraction).replace(LEADING_ZEROS, '');
  if (digits === '') {
    return undefined;
  }
  // Digits beyond those that count only tell whether there is more.
  const kept = digits.slice(0, 32);
  const more = /[^0]/.test(digits.slice(32)) ? '1' : '0';
  const mantissa = BigInt(`0x${kept}${more}`);
  if (mantissa === 0n) {
    return sign === '-' ? -0 : 0;
  }
  const dropped = digits.length - kept.length - 1;
  const exponent = Number(power) + 4 * (dropped - fraction.length);
  const size = roundBinary(mantissa, exponent);
  if (size === Infinity) {
    return undefined;
  }
  return sign === '-' ? -size : size;
}

/** `mantissa * 2 ** exponent`, to the nearest float64, to even at a tie. */
function roundBinary(mantissa: bigint, exponent: number): number {
  const top = mantissa.toString(2).length + exponent;
  if (top > 1024) {
    return Infinity;
  }
  if (top < -1080) {
    return 0;
  }
  const unit = Math.max(top - 53, -1074);
  const shift = unit - exponent;
  if (shift <= 0) {
    return scale(Number(mantissa), exponent);
  }
  const bits = BigInt(shift);
  let quotient = mantissa >> bits;
  const twice = (mantissa - (quotient << bits)) << 1n;
  const one = 1n << bits;
  if (twice > one || (twice === one && quotient % 2n === 1n)) {
    quotient++;
  }
  return scale(Number(quotient), unit);
}

/**
 * `value * 2 ** exponent`, rounded once; the value lies between 2^-64 and 2^64.
 */
export function scale(value: number, exponent: number): number {
  if (exponent > 900) {
    return value * 2 ** 900 * 2 ** (exponent - 900);
  }
  return exponent < -900
    ? value * 2 ** -900 * 2 ** (exponent + 900)
    : value * 2 ** exponent;
}
