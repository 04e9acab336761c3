import { failure, FakeApi, json, type Handler } from '../__testUtils__/FakeApi';
import { configMap, MANAGER, OWNER } from '../__testUtils__/objects';
import { prune } from '../prune/prune';
import { ApplyError } from './ApplyError';
import { applyObjects } from './applyObjects';

const COLLECTION = '/api/v1/namespaces/team/configmaps';
const COUNT = 200;

describe('a cluster that goes away', () => {
  let api: FakeApi;

  beforeEach(async () => {
    api = await FakeApi.start();
  });

  afterEach(async () => {
    await api.stop();
  });

  const objects = Array.from({ length: COUNT }, (_, i) =>
    configMap(`item-${i}`, {}, { namespace: 'team' }),
  );
  const apply = () =>
    applyObjects({
      client: api.client({ maxAttempts: 1 }),
      objects,
      fieldManager: MANAGER,
      ownerLabels: OWNER,
      clock: api.clock,
    }).catch(e => e);

  it('is not asked about one object after the other', async () => {
    api.on(`GET ${COLLECTION}`, (_, response) => {
      response.destroy();
    });
    const error = await apply();
    expect(error).toBeInstanceOf(ApplyError);
    expect(error.failures).toHaveLength(1);
    expect(error.failures[0].cause).toMatchObject({ code: 'unreachable' });
    expect(api.requests('GET', COLLECTION)).toHaveLength(1);
  });

  it('is not asked for one dry run after the other either', async () => {
    const live = objects.map(object => ({
      ...object,
      metadata: { ...object.metadata, uid: 'u', resourceVersion: '1' },
    }));
    api.on(`GET ${COLLECTION}`, (_, response) =>
      json(response, 200, { metadata: { resourceVersion: '1' }, items: live }),
    );
    let dryRuns = 0;
    const hangUp: Handler = (_, response) => {
      dryRuns += 1;
      response.destroy();
    };
    for (const { metadata } of objects) {
      api.on(`PATCH ${COLLECTION}/${metadata.name}`, hangUp);
    }
    const error = await apply();
    expect(error).toBeInstanceOf(ApplyError);
    expect(error.failures[0].cause).toMatchObject({ code: 'unreachable' });
    expect(dryRuns).toBeLessThan(COUNT / 2);
  });

  it('keeps every entry of an inventory', async () => {
    api.on(`GET ${COLLECTION}`, (_, response) =>
      failure(response, 503, 'ServiceUnavailable'),
    );
    const entries = objects.map(({ metadata }) => ({
      id: `team_${metadata.name}__ConfigMap`,
      v: 'v1',
    }));
    const result = await prune({
      client: api.client({ maxAttempts: 1 }),
      entries,
      ownerLabels: OWNER,
    });
    expect(result.failed).toHaveLength(COUNT);
    expect(api.requests('GET', COLLECTION)).toHaveLength(1);
  });
});
