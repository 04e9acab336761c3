import type { RecordedRequest } from './requestLog';
import { FaultPlan } from './faults';

const write: RecordedRequest = {
  method: 'PATCH',
  path: '/api/v1/namespaces/a/configmaps/b',
  query: {},
  verb: 'patch',
};

describe('FaultPlan', () => {
  it('lets each nth request meet a fault', () => {
    const plan = new FaultPlan(() => 0);
    plan.inject({ every: 3, status: 409 });
    const met = Array.from({ length: 7 }, () => plan.take(write).length);
    expect(met).toEqual([0, 0, 1, 0, 0, 1, 0]);
  });

  it('ends a fault after some times', () => {
    const plan = new FaultPlan(() => 0);
    plan.inject({ times: 2, status: 500 });
    expect(plan.take(write)).toHaveLength(1);
    expect(plan.take(write)).toHaveLength(1);
    expect(plan.take(write)).toHaveLength(0);
  });

  it('gives a fault by its rate', () => {
    const numbers = [0.05, 0.5];
    const plan = new FaultPlan(() => numbers.shift()!);
    plan.inject({ rate: 0.1, status: 500 });
    expect(plan.take(write)).toHaveLength(1);
    expect(plan.take(write)).toHaveLength(0);
  });

  it('takes groups away and brings them back', () => {
    const plan = new FaultPlan(() => 0);
    const restore = plan.fail({ group: 'batch', version: 'v1' });
    expect(plan.unavailable).toEqual([{ group: 'batch', version: 'v1' }]);
    restore();
    expect(plan.unavailable).toEqual([]);
  });
});
