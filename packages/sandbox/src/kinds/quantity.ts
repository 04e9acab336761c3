const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const QUANTITY =
  /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?$/;

/**
 * The canonical form of a quantity, as the API server stores it: `1000m` is
 * `1`, `0.5` is `500m`, `2048Mi` is `2Gi` (apimachinery 0.34,
 * `pkg/api/resource`). What is no quantity is returned as it is.
 */
export function canonicalQuantity(value: string | number | bigint): string {
  const text = String(value);
  const match = QUANTITY.exec(text);
  if (!match) return text;
  const [, sign, digits, suffix = ''] = match;
  const nanos = toNanos(digits, suffix);
  if (nanos === undefined) return text;
  if (nanos === 0n) return '0';
  const printed = BINARY.indexOf(suffix) > 0 ? binary(nanos) : undefined;
  return (sign === '-' ? '-' : '') + (printed ?? decimal(nanos, suffix));
}

/** A quantity in billionths, for comparing; undefined for what is none. */
export function quantityNanos(value: string | number): bigint | undefined {
  const match = QUANTITY.exec(String(value));
  const nanos = match ? toNanos(match[2], match[3] ?? '') : undefined;
  return match?.[1] === '-' && nanos !== undefined ? -nanos : nanos;
}

const NANO = 1_000_000_000n;

/** The amount in billionths, rounded up. */
function toNanos(digits: string, suffix: string): bigint | undefined {
  const [whole, fraction = ''] = digits.split('.');
  let numerator = BigInt(whole + fraction) * NANO;
  let denominator = 10n ** BigInt(fraction.length);
  const binaryPower = BINARY.indexOf(suffix);
  if (/^[eE][+-]?\d+$/.test(suffix)) {
    const exponent = Number(suffix.slice(1));
    if (Math.abs(exponent) > 30) return undefined;
    if (exponent >= 0) numerator *= 10n ** BigInt(exponent);
    else denominator *= 10n ** BigInt(-exponent);
  } else if (suffix && binaryPower > 0) {
    numerator *= 1024n ** BigInt(binaryPower);
  } else {
    const power = (DECIMAL.indexOf(suffix) - 3) * 3;
    if (power >= 0) numerator *= 10n ** BigInt(power);
    else denominator *= 10n ** BigInt(-power);
  }
  return (numerator + denominator - 1n) / denominator;
}

function binary(nanos: bigint): string | undefined {
  if (nanos % NANO !== 0n) return undefined;
  let amount = nanos / NANO;
  if (amount < 1024n) return undefined; // written in the decimal form
  let power = 0;
  while (amount % 1024n === 0n && power < BINARY.length - 1) {
    amount /= 1024n;
    power += 1;
  }
  return `${amount}${BINARY[power]}`;
}

function decimal(nanos: bigint, suffix: string): string {
  let amount = nanos;
  let power = 0;
  while (amount % 1000n === 0n && power < DECIMAL.length - 1) {
    amount /= 1000n;
    power += 1;
  }
  if (!/^[eE][+-]?\d/.test(suffix)) return `${amount}${DECIMAL[power]}`;
  const exponent = (power - 3) * 3;
  return exponent === 0 ? `${amount}` : `${amount}e${exponent}`;
}

/** The amount in billionths; undefined for what is no quantity. */
export function parseQuantity(text: string): bigint | undefined {
  const match = QUANTITY.exec(text);
  if (!match) return undefined;
  const [, sign, digits, suffix = ''] = match;
  const nanos = toNanos(digits, suffix);
  return sign === '-' && nanos !== undefined ? -nanos : nanos;
}

/** Orders quantities by amount; what is no quantity counts as zero. */
export function compareQuantities(left: string, right: string): number {
  const a = parseQuantity(left) ?? 0n;
  const b = parseQuantity(right) ?? 0n;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The sum of quantities, in the form of the first that is not zero. */
export function addQuantities(left: string, right: string): string {
  const sum = (parseQuantity(left) ?? 0n) + (parseQuantity(right) ?? 0n);
  const isZero = (parseQuantity(left) ?? 0n) === 0n;
  const suffix = QUANTITY.exec(isZero ? right : left)?.[3] ?? '';
  if (sum === 0n) return '0';
  const amount = sum < 0n ? -sum : sum;
  const printed = BINARY.indexOf(suffix) > 0 ? binary(amount) : undefined;
  return (sum < 0n ? '-' : '') + (printed ?? decimal(amount, suffix));
}
