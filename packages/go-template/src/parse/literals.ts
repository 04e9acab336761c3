/**
 * An integer as Go writes it, with prefix and underscores; undefined where it
 * is none.
 */
export function parseIntLiteral(text: string): bigint | undefined {
  const match =
    /^([+-]?)(?:(0[xX])((?:_?[\da-fA-F])+)|(0[bB])((?:_?[01])+)|0[oO]?((?:_?[0-7])+)|(0|[1-9](?:_?\d)*))$/.exec(
      text,
    );
  if (!match) {
    return undefined;
  }
  const [, sign, , hex, , binary, octal, decimal] = match;
  const spelled =
    (hex !== undefined && `0x${hex}`) ||
    (binary !== undefined && `0b${binary}`) ||
    (octal !== undefined && `0o${octal}`) ||
    decimal;
  const value = BigInt(spelled.replaceAll('_', ''));
  return sign === '-' ? -value : value;
}

const DECIMAL =
  /^[+-]?(?:\d(?:_?\d)*(?:\.(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?$/;

/** A float as Go writes it; undefined where it is none or too large. */
export function parseFloatLiteral(text: string): number | undefined {
  const hex =
    /^([+-]?)0[xX]((?:_?[\da-fA-F])*)(?:\.((?:[\da-fA-F]_?)*))?[pP]([+-]?\d(?:_?\d)*)$/.exec(
      text,
    );
  if (hex) {
    return hexFloat(hex[1], hex[2], hex[3] ?? '', hex[4]);
  }
  if (!DECIMAL.test(text)) {
    return undefined;
  }
  const value = Number(text.replaceAll('_', ''));
  return Number.isFinite(value) ? value : undefined;
}

function hexFloat(
  sign: string,
  whole: string,
  fraction: string,
  exponent: string,
): number | undefined {
  const digits = (whole + fraction).replaceAll('_', '');
  if (digits === '' || digits.length > 1000) {
    return undefined;
  }
  const shift =
    Number(exponent.replaceAll('_', '')) -
    4 * fraction.replaceAll('_', '').length;
  const value = scale(BigInt(`0x${digits}`), shift);
  if (!Number.isFinite(value)) {
    return undefined;
  }
  return sign === '-' ? -value : value;
}

/** mantissa * 2^shift, rounded once. */
function scale(mantissa: bigint, shift: number): number {
  if (mantissa === 0n) {
    return 0;
  }
  if (shift > 5000 || shift < -9000) {
    return shift > 0 ? Infinity : 0;
  }
  if (shift >= 0) {
    return Number(mantissa << BigInt(shift));
  }
  // Number() rounds a bigint correctly, so only division must be exact: keep
  // 64 bits more than the denominator has, with a sticky bit for the rest.
  const denominator = 1n << BigInt(-shift);
  const extra = BigInt(Math.max(0, -shift - mantissa.toString(2).length + 66));
  if (-shift <= 1000) {
    const scaled = (mantissa << extra) / denominator;
    const rest = (mantissa << extra) % denominator;
    return Number((scaled << 1n) | (rest ? 1n : 0n)) / 2 ** Number(extra + 1n);
  }
  return Number(mantissa) * 2 ** -1000 * 2 ** (shift + 1000);
}
