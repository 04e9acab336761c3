import { LanePauses } from './LanePauses';

describe('LanePauses', () => {
  let now = 0;
  const pauses = new LanePauses(() => now);

  it('leaves a lane alone for longer and longer, and others not', () => {
    const delays = Array.from({ length: 10 }, () => pauses.failed('a') - now);
    expect(delays.slice(0, 4)).toEqual([2_000, 4_000, 8_000, 16_000]);
    expect(delays[9]).toBe(300_000);
    expect(pauses.isPaused('a')).toBe(true);
    expect(pauses.isPaused('b')).toBe(false);
    now += 300_000;
    expect(pauses.isPaused('a')).toBe(false);
    expect(pauses.isProbing('a')).toBe(true);
    pauses.answered('a');
    expect(pauses.isProbing('a')).toBe(false);
    expect(pauses.failed('a') - now).toBe(2_000);
  });

  it('comes when the service asked it to, within an hour', () => {
    expect(pauses.failed('c', 60_000) - now).toBe(60_000);
    expect(pauses.failed('c', 1e9) - now).toBe(3_600_000);
  });
});
