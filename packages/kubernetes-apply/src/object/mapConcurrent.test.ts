import { mapConcurrent } from './mapConcurrent';

describe('mapConcurrent', () => {
  it('keeps the order and the limit', async () => {
    let running = 0;
    let most = 0;
    const doubled = await mapConcurrent([3, 1, 2, 5, 4], 2, async value => {
      running += 1;
      most = Math.max(most, running);
      for (let turn = 0; turn < value; turn++) await Promise.resolve();
      running -= 1;
      return value * 2;
    });
    expect(doubled).toEqual([6, 2, 4, 10, 8]);
    expect(most).toBe(2);
  });

  it('begins nothing after a failure, and ends what it began', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const mapped = mapConcurrent([0, 1, 2, 3], 2, async value => {
      begun.push(value);
      if (value === 0) throw new Error('zero');
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
      ended.push(value);
    });
    await expect(mapped).rejects.toThrow('zero');
    expect(begun).toEqual([0, 1]);
    expect(ended).toEqual([1]);
  });
});
