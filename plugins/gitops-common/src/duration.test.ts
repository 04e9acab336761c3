import {
  durationToMs,
  DurationError,
  formatDuration,
  formatDurationMs,
  parseDuration,
} from './duration';

const HOUR = 3_600_000_000_000n;

describe('parseDuration', () => {
  it.each([
    ['0', 0n],
    ['-0', 0n],
    ['1h30m', HOUR + HOUR / 2n],
    ['1.5h', HOUR + HOUR / 2n],
    ['300ms', 300_000_000n],
    ['-1m', -60_000_000_000n],
    ['+5s', 5_000_000_000n],
    ['.5s', 500_000_000n],
    ['5.s', 5_000_000_000n],
    ['1us', 1_000n],
    ['1µs', 1_000n],
    ['1μs', 1_000n],
    ['10ns', 10n],
    ['1h1h', 2n * HOUR],
    ['0.3333333333333333333h', 1_200_000_000_000n],
    ['9223372036854775807ns', 9223372036854775807n],
    ['-9223372036854775808ns', -9223372036854775808n],
  ])('%s', (text, nanoseconds) => {
    expect(parseDuration(text)).toBe(nanoseconds);
  });

  it.each([
    '',
    '+',
    '1',
    'h',
    '.s',
    '1 h',
    '1d',
    '1H',
    '1h30',
    ' 1h',
    '--1h',
    '1e3s',
    '9223372036854775808ns',
    '2562048h',
    '1'.repeat(10_000),
  ])('refuses %p', text => {
    expect(() => parseDuration(text)).toThrow(DurationError);
  });

  it('has milliseconds for timers', () => {
    expect(durationToMs('1m30s')).toBe(90_000);
    expect(durationToMs('1.5ms')).toBe(1.5);
  });
});

describe('formatDuration', () => {
  it.each([
    [0n, '0s'],
    [1n, '1ns'],
    [1_100n, '1.1µs'],
    [2_200_000n, '2.2ms'],
    [3_300_000_000n, '3.3s'],
    [60_000_000_000n, '1m0s'],
    [245_001_000_000n, '4m5.001s'],
    [HOUR, '1h0m0s'],
    [-(HOUR + 1n), '-1h0m0.000000001s'],
    [100n * HOUR, '100h0m0s'],
  ])('%s', (nanoseconds, text) => {
    expect(formatDuration(nanoseconds)).toBe(text);
    expect(parseDuration(text)).toBe(nanoseconds);
  });

  it('takes milliseconds of timers', () => {
    expect(formatDurationMs(1234.5)).toBe('1.2345s');
  });
});
