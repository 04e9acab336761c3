import { EventBudget } from './EventBudget';

describe('EventBudget', () => {
  const rates = {
    Normal: { burst: 2, perSecond: 1 },
    Warning: { burst: 3, perSecond: 10 },
  };

  it('gives what may come at once, then so many a second', () => {
    let now = 1_000;
    const budget = new EventBudget({ now: () => now, rates });
    const take = () => budget.take('home', 'Normal');
    expect([take(), take(), take()]).toEqual([true, true, false]);
    now += 500;
    expect(take()).toBe(false);
    now += 500;
    expect([take(), take()]).toEqual([true, false]);
    now += 3_600_000;
    expect([take(), take(), take()]).toEqual([true, true, false]);
  });

  it('counts warnings and homes by themselves', () => {
    const budget = new EventBudget({ now: () => 0, rates });
    while (budget.take('home', 'Normal'));
    expect(budget.take('other', 'Normal')).toBe(true);
    const warnings = [1, 2, 3, 4].map(() => budget.take('home', 'Warning'));
    expect(warnings).toEqual([true, true, true, false]);
  });

  it('does not go back with the clock', () => {
    let now = 10_000;
    const budget = new EventBudget({ now: () => now, rates });
    expect(budget.take('home', 'Normal')).toBe(true);
    now = 0;
    expect(budget.take('home', 'Normal')).toBe(true);
    expect(budget.take('home', 'Normal')).toBe(false);
  });
});
