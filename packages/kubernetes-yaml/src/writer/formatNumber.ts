const MAX_UINT64 = 18446744073709551615n;
const MIN_INT64 = -9223372036854775808n;

/**
 * A number as Go prints it after a trip through JSON: 64-bit integers in
 * full, everything else in the shortest form, with an exponent of at least two
 * digits from 1e+06 or below 1e-04.
 */
export function formatNumber(value: number | bigint): string {
  if (typeof value === 'bigint') {
    return value > MAX_UINT64 || value < MIN_INT64
      ? formatFloat(Number(value))
      : value.toString();
  }
  if (Number.isInteger(value)) {
    if (Number.isSafeInteger(value)) {
      return String(value + 0);
    }
    return Math.abs(value) < 1e21
      ? formatNumber(BigInt(String(value)))
      : formatFloat(value);
  }
  return formatFloat(value);
}

/** Go's FormatFloat with format g and the shortest precision. */
export function formatFloat(value: number): string {
  const [mantissa, exponentText] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 6) {
    return scientific(mantissa, exponent);
  }
  return value.toString();
}

function scientific(mantissa: string, exponent: number): string {
  const sign = exponent < 0 ? '-' : '+';
  return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
}
