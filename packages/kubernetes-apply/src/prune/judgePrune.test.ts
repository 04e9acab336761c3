import type { InventoryEntry } from '../inventory/inventory';
import { judgePrune } from './judgePrune';

const entries = (count: number, prefix = 'a'): InventoryEntry[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `ns_${prefix}${i}__ConfigMap`,
    v: 'v1',
  }));

describe('judgePrune', () => {
  it.each([
    // old, kept, verdict, reason
    [100, 100, 'go', undefined],
    [100, 50, 'go', undefined],
    [100, 49, 'held', 'mass-prune'],
    [40, 20, 'go', undefined],
    [41, 20, 'held', 'mass-prune'],
    [21, 1, 'go', undefined],
    [22, 1, 'held', 'mass-prune'],
    [1_000, 979, 'go', undefined],
    [1, 0, 'held', 'emptied'],
    [100, 0, 'held', 'emptied'],
    [0, 0, 'go', undefined],
  ] as const)('of %d objects %d stay: %s', (old, kept, verdict, reason) => {
    const all = entries(old);
    const judged = judgePrune({ old: all, current: all.slice(0, kept) });
    expect(judged).toMatchObject({ verdict, total: old });
    expect(judged.reason).toBe(reason);
    expect(judged.stale).toEqual(all.slice(kept));
    expect(judged.message === undefined).toBe(verdict === 'go');
  });

  it('holds what deletes the owner of the inventory, however little it is', () => {
    const old = entries(100);
    const judge = (current: InventoryEntry[]) =>
      judgePrune({ old, current, owner: 'ns_a7__ConfigMap' });
    expect(judge(old.filter((_, i) => i !== 7))).toMatchObject({
      verdict: 'held',
      reason: 'deletes-owner',
    });
    expect(judge(old.filter((_, i) => i !== 8))).toMatchObject({
      verdict: 'go',
    });
  });

  it('holds what is replaced as a whole', () => {
    const judged = judgePrune({
      old: entries(30),
      current: entries(30, 'prefixed-'),
    });
    expect(judged).toMatchObject({
      verdict: 'held',
      reason: 'mass-prune',
      message: '30 objects of 30 would be deleted',
    });
  });

  it('lets an approval cover what was shown, and nothing else', () => {
    const old = entries(30);
    const shown = judgePrune({ old, current: old.slice(0, 5) });
    const approved = [shown.digest];
    const judge = (kept: number) =>
      judgePrune({ old, current: old.slice(0, kept), approved }).verdict;
    expect(judge(5)).toBe('go');
    expect(judge(4)).toBe('held');
    expect(judge(6)).toBe('held');
    expect(judge(0)).toBe('held');
  });

  it('names a set whatever its order, versions and repetitions', () => {
    const current = entries(1, 'kept');
    const digest = (old: InventoryEntry[]) =>
      judgePrune({ old, current }).digest;
    const set = entries(3);
    const versions = set.map(({ id }) => ({ id, v: 'v2' }));
    expect(digest([...set].reverse())).toBe(digest(set));
    expect(digest([...versions, ...set])).toBe(digest(set));
    expect(digest(entries(4))).not.toBe(digest(set));
    expect(digest(set)).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('takes bounds, and refuses what is none', () => {
    const old = entries(10);
    const judge = (bounds: { maxObjects?: number; maxShare?: number }) =>
      judgePrune({ old, current: old.slice(0, 8), bounds }).verdict;
    expect(judge({ maxObjects: 1, maxShare: 0.1 })).toBe('held');
    expect(judge({ maxObjects: 1 })).toBe('go');
    expect(judge({ maxShare: 0 })).toBe('go');
    expect(() => judge({ maxObjects: NaN })).toThrow(RangeError);
    expect(() => judge({ maxShare: 50 })).toThrow(RangeError);
  });
});
