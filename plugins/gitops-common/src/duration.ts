/**
 * Thrown for text that is not a Go duration.
 *
 * @public
 */
export class DurationError extends Error {
  readonly code = 'GITOPS_INVALID_DURATION';
  constructor(text: string, problem: string) {
    super(
      `'${text.slice(0, 64)}' is not a duration: ${problem}; write numbers with units ns, us, ms, s, m or h, such as 1h30m`,
    );
    this.name = 'DurationError';
  }
}

const NANOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n, // U+00B5, the micro sign
  μs: 1_000n, // U+03BC, the Greek letter
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const MAX = 2n ** 63n;
const TERM = /^(\d*)(?:\.(\d*))?([^\d.]*)/;

/**
 * Nanoseconds of a Go duration such as `1h30m`, `1.5s` or `300ms`: the grammar,
 * the rounding and the range of Go's `time.ParseDuration`.
 *
 * @throws {@link DurationError}
 * @public
 */
export function parseDuration(text: string): bigint {
  const negative = text.startsWith('-');
  let rest = negative || text.startsWith('+') ? text.slice(1) : text;
  if (rest === '0') return 0n;
  if (rest === '') throw new DurationError(text, 'it is empty');

  let total = 0n;
  while (rest !== '') {
    const [term, whole = '', fraction, unit] = TERM.exec(rest) ?? [''];
    if (term === '' || (whole === '' && !fraction)) {
      throw new DurationError(text, 'a number is missing');
    }
    if (!unit) throw new DurationError(text, 'a unit is missing');
    const scale = NANOSECONDS[unit];
    if (scale === undefined) {
      throw new DurationError(text, `'${unit}' is no unit`);
    }
    total += BigInt(whole || '0') * scale;
    if (fraction) total += fractionOf(fraction, scale);
    if (total > MAX) throw new DurationError(text, 'it is too long');
    rest = rest.slice(term.length);
  }
  if (total === MAX && !negative) {
    throw new DurationError(text, 'it is too long');
  }
  return negative ? -total : total;
}

/** Go rounds fractions through a float64; so do we, to the same nanosecond. */
function fractionOf(digits: string, scale: bigint): bigint {
  let value = 0n;
  let divisor = 1;
  for (const digit of digits) {
    const next = value * 10n + BigInt(digit);
    if (next >= MAX) break;
    value = next;
    divisor *= 10;
  }
  return BigInt(Math.trunc(Number(value) * (Number(scale) / divisor)));
}

/**
 * Like {@link parseDuration}, in milliseconds for timers; fractions are kept.
 *
 * @throws {@link DurationError}
 * @public
 */
export function durationToMs(text: string): number {
  return Number(parseDuration(text)) / 1e6;
}

/**
 * Writes nanoseconds as Go's `Duration.String` does: `1h30m0s`, `1.5s`, `300ms`,
 * `0s`.
 *
 * @public
 */
export function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  const sign = nanoseconds < 0n ? '-' : '';
  const value = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (value < 1_000n) return `${sign}${value}ns`;
  if (value < 1_000_000n) return `${sign}${decimal(value, 3)}µs`;
  if (value < 1_000_000_000n) return `${sign}${decimal(value, 6)}ms`;

  const seconds = `${decimal(value % 60_000_000_000n, 9)}s`;
  const minutes = value / 60_000_000_000n;
  if (minutes === 0n) return `${sign}${seconds}`;
  if (minutes < 60n) return `${sign}${minutes}m${seconds}`;
  return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/**
 * Like {@link formatDuration}, from milliseconds as timers measure them.
 *
 * @public
 */
export function formatDurationMs(milliseconds: number): string {
  return formatDuration(BigInt(Math.round(milliseconds * 1e6)));
}

function decimal(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, '0');
  const fraction = digits.slice(-places).replace(/0+$/, '');
  return digits.slice(0, -places) + (fraction && `.${fraction}`);
}
