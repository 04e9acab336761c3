import type { RecordedRequest } from './requestLog';
import { configMap, MERGE, TestApi } from '../testing/apiClient';
import { FaultPlan } from './faults';

const write: RecordedRequest = {
  method: 'PATCH',
  path: '/api/v1/namespaces/a/configmaps/b',
  query: {},
  verb: 'patch',
};

jest.setTimeout(60_000);

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

describe('faults of the API', () => {
  const MAPS = '/api/v1/namespaces/default/configmaps';
  let test: TestApi;
  beforeEach(async () => {
    test = await TestApi.start();
  });
  afterEach(() => test.stop());

  it('answer each nth write with a conflict', async () => {
    await test.call('POST', MAPS, configMap('a'));
    test.api.faults.inject({
      match: ({ verb }) => verb === 'patch',
      status: 409,
      every: 2,
    });
    const patch = (v: string) =>
      test.call('PATCH', `${MAPS}/a`, { data: { v } }, MERGE);
    expect((await patch('1')).status).toBe(200);
    expect((await patch('2')).body).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    });
    expect((await patch('3')).status).toBe(200);
  });

  it('leave a request without an answer, until the API ends', async () => {
    test.api.faults.inject({ match: ({ verb }) => verb === 'get', hang: true });
    const hanging = test.call('GET', `${MAPS}/a`).then(
      () => 'answered',
      () => 'cut off',
    );
    // The next request is answered while the first one hangs.
    expect((await test.call('GET', MAPS)).status).toBe(200);
    await test.api.stop();
    expect(await hanging).toBe('cut off');
  });
});
