import { GitopsApiError } from '@backstage-gitops/plugin-gitops-common';
import { ApiWorld, NOW } from './__testUtils__/ApiWorld';
import { kustomization } from './__testUtils__/objects';

const KEY = {
  home: 'local',
  kind: 'Kustomization',
  namespace: 'default',
  name: 'app',
};
const URL = '/objects/local/Kustomization/default/app';

let world: ApiWorld;
beforeEach(() => {
  world = new ApiWorld();
});

describe('GET …/events', () => {
  const entry = (seq: number) => ({
    seq,
    objectId: 'local/kustomize.toolkit.fluxcd.io/Kustomization/default/app',
    at: NOW + seq,
    type: 'Normal' as const,
    reason: 'ReconciliationSucceeded',
    message: `run ${seq}`,
    ...(seq % 2 && { revision: 'main@sha1:4f2c' }),
  });

  it('pages from the newest to the oldest', async () => {
    world.put(kustomization('app'));
    world.history.push(...[1, 2, 3, 4, 5].map(entry));
    const client = world.typedClient();
    const first = await client.listEvents(KEY, { limit: 2 });
    expect(first.items.map(({ id }) => id)).toEqual(['5', '4']);
    expect(first.items[0]).toEqual({
      id: '5',
      at: '2026-11-22T12:00:00.005Z',
      type: 'Normal',
      reason: 'ReconciliationSucceeded',
      message: 'run 5',
      revision: 'main@sha1:4f2c',
    });
    const second = await client.listEvents(KEY, {
      limit: 3,
      cursor: first.pageInfo.nextCursor,
    });
    expect(second.items.map(({ id }) => id)).toEqual(['3', '2', '1']);
    expect(second.pageInfo).toEqual({});
  });

  it.each(['cursor=zzz', 'limit=0', 'before=3'])('refuses %s', async query => {
    world.put(kustomization('app'));
    expect((await world.get(`${URL}/events?${query}`)).status).toBe(400);
  });
});

describe('the typed client', () => {
  it('rejects with the code of a refusal', async () => {
    const error = await world
      .typedClient()
      .getObject(KEY)
      .catch(e => e);
    expect(error).toBeInstanceOf(GitopsApiError);
    expect(error).toMatchObject({
      code: 'GITOPS_OBJECT_NOT_FOUND',
      status: 404,
    });
  });

  it('sends filters as the API takes them', async () => {
    world.put(kustomization('app', { word: 'Failed' }));
    const list = await world.typedClient().listObjects({
      kind: ['Kustomization', 'HelmRelease'],
      status: ['Failed', 'Drifted'],
      suspended: false,
      search: 'app game',
      sort: 'name',
      limit: 5,
    });
    expect(list.totalItems).toBe(1);
    expect((await world.typedClient().listHomes()).items).toHaveLength(1);
  });
});
