import { FakeApi, json } from '../__testUtils__/FakeApi';
import { OWNER } from '../__testUtils__/objects';
import { prune } from './prune';

const PATH = '/api/v1/namespaces/team/configmaps/settings';
const ENTRY = { id: 'team_settings__ConfigMap', v: 'v1' };

describe('prune', () => {
  let api: FakeApi;

  beforeEach(async () => {
    api = await FakeApi.start();
  });

  afterEach(async () => {
    await api.stop();
  });

  it('deletes what was read, with the propagation that was asked for', async () => {
    const metadata = {
      name: 'settings',
      namespace: 'team',
      labels: OWNER,
      uid: 'u',
      resourceVersion: '7',
    };
    api.on(`GET ${PATH}`, (_, response) => json(response, 200, { metadata }));
    api.on(`DELETE ${PATH}`, (_, response) => json(response, 200, {}));
    const client = api.client();
    const options = { client, entries: [ENTRY], ownerLabels: OWNER };
    await prune({ ...options, propagationPolicy: 'Foreground' });
    await prune(options);
    const preconditions = { uid: 'u', resourceVersion: '7' };
    expect(
      api.requests('DELETE', PATH).map(({ body }) => JSON.parse(body)),
    ).toEqual([
      expect.objectContaining({
        preconditions,
        propagationPolicy: 'Foreground',
      }),
      expect.objectContaining({
        preconditions,
        propagationPolicy: 'Background',
      }),
    ]);
  });

  it('owns nothing without owner labels', async () => {
    const all = prune({
      client: api.client(),
      entries: [ENTRY],
      ownerLabels: {},
    });
    await expect(all).rejects.toThrow(RangeError);
    expect(api.received).toEqual([]);
  });
});
