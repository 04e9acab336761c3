import { CronError, nextRun, parseCron } from './cronSchedule';

describe('cron schedules', () => {
  const next = (text: string, after: string, zone?: string) => {
    const time = nextRun(parseCron(text), Date.parse(after), zone);
    return time === undefined ? undefined : new Date(time).toISOString();
  };

  it.each([
    ['* * * * *', '2026-01-01T00:00:30Z', '2026-01-01T00:01:00.000Z'],
    ['*/15 * * * *', '2026-01-01T00:14:59Z', '2026-01-01T00:15:00.000Z'],
    ['5/20 3 * * *', '2026-01-01T03:05:00Z', '2026-01-01T03:25:00.000Z'],
    ['0 0 1 1 *', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00.000Z'],
    [
      '30 8-10,18 * * mon-fri',
      '2026-01-02T18:30:00Z',
      '2026-01-05T08:30:00.000Z',
    ],
    // Day of month or weekday, where both are given.
    ['0 0 13 * fri', '2026-01-03T00:00:00Z', '2026-01-09T00:00:00.000Z'],
    ['0 0 29 feb *', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['@hourly', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00.000Z'],
    ['@every 90s', '2026-01-01T00:00:00Z', '2026-01-01T00:01:30.000Z'],
  ])('%s after %s is %s', (text, after, expected) => {
    expect(next(text, after)).toBe(expected);
  });

  it('follow the clocks of a time zone', () => {
    expect(next('0 9 * * *', '2026-07-01T08:00:00Z', 'America/New_York')).toBe(
      '2026-07-01T13:00:00.000Z',
    );
    expect(next('30 5 * * *', '2026-01-01T00:00:00Z', 'Asia/Kathmandu')).toBe(
      '2026-01-01T23:45:00.000Z',
    );
  });

  it('may never come', () => {
    expect(next('0 0 30 2 *', '2026-01-01T00:00:00Z')).toBeUndefined();
  });

  it.each([
    ['* * * *', 'expected exactly 5 fields, found 4'],
    ['61 * * * *', 'end of range (61) above maximum (59)'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1)'],
    ['*/0 * * * *', 'step of range should be a positive number'],
    ['x * * * *', 'failed to parse int from x'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1)'],
  ])('rejects %s', (text, message) => {
    expect(() => parseCron(text)).toThrow(CronError);
    expect(() => parseCron(text)).toThrow(message);
  });
});
