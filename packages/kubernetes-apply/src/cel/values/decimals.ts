// Doubles as Go writes them. JavaScript has other bounds for exponents, and
// rounds halves up, where Go rounds them to even.

/** As Go's `%.<places>f`. The value is finite. */
export function fixed(value: number, places: number): string {
  const sign = isNegative(value) ? '-' : '';
  const size = Math.abs(value);
  if (size >= Number.MAX_SAFE_INTEGER) {
    return sign + withPoint(String(BigInt(size)) + '0'.repeat(places), places);
  }
  const { digits, exponent } = digitsOf(size);
  const rounded = round(digits, exponent + 1 + places);
  return sign + withPoint(rounded.padStart(places + 1, '0'), places);
}

/** As Go's `%.<places>e`. The value is finite. */
export function scientific(value: number, places: number): string {
  const { digits, exponent } = digitsOf(Math.abs(value));
  const rounded = round(digits, places + 1);
  const carried = rounded.length > places + 1;
  const kept = rounded.slice(0, places + 1);
  const power = exponent + Number(carried);
  const mantissa = places > 0 ? `${kept[0]}.${kept.slice(1)}` : kept;
  const size = String(Math.abs(power)).padStart(2, '0');
  return `${isNegative(value) ? '-' : ''}${mantissa}e${power < 0 ? '-' : '+'}${size}`;
}

/** As Go's `%g`: the shortest text that reads as the value. */
export function shortest(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return isNegative(value) ? `-${size}` : String(size);
}

/** As Go's `%f` with as many places as it takes. */
export function plainDecimal(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const [, whole, fraction = '', exponent = '0'] =
    /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(Math.abs(value)))!;
  const places = fraction.length - Number(exponent);
  const digits = whole + fraction;
  const text =
    places > 0
      ? withPoint(digits.padStart(places + 1, '0'), places)
      : digits.padEnd(digits.length - places, '0');
  return isNegative(value) ? `-${text}` : text;
}

function isNegative(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}

function withPoint(digits: string, places: number): string {
  if (places === 0) return digits;
  const point = digits.length - places;
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** `d.ddd…e<exponent>` with as many digits as there can be. */
function digitsOf(value: number): { digits: string; exponent: number } {
  const [mantissa, exponent] = value.toExponential(100).split('e');
  return { digits: mantissa.replace('.', ''), exponent: Number(exponent) };
}

/** The first digits; one more where rounding carries over. */
function round(digits: string, count: number): string {
  if (count < 0) return '0';
  const kept = digits.slice(0, count);
  const rest = digits.slice(count);
  const isHalf = /^50*$/.test(rest);
  const isOdd = /[13579]$/.test(kept);
  const up = isHalf ? isOdd : /^[5-9]/.test(rest);
  const rounded = BigInt(kept || '0') + (up ? 1n : 0n);
  return String(rounded).padStart(count, '0');
}
