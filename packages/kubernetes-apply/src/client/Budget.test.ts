import { FakeApi, json } from '../__testUtils__/FakeApi';
import type { ClusterClient } from './ClusterClient';

const REF = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'team',
  name: 'settings',
};
const PATH = '/api/v1/namespaces/team/configmaps/settings';
const OBJECT = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'team', name: 'settings' },
};

describe('the budget of a cluster', () => {
  let api: FakeApi;

  beforeEach(async () => {
    api = await FakeApi.start();
  });

  afterEach(async () => {
    await api.stop();
  });

  /** Answers one request after the other; tells whose they were. */
  async function turnsOf(
    ask: (client: ClusterClient) => Promise<unknown>[],
    nameOf: (url: string, user: string) => string,
  ): Promise<string[]> {
    const order: string[] = [];
    const waiting: (() => void)[] = [];
    const answer = (name: string) =>
      api.on(
        `GET /api/v1/namespaces/team/configmaps/${name}`,
        (request, response) => {
          const user = String(request.headers['impersonate-user']);
          order.push(nameOf(name, user));
          waiting.push(() => json(response, 200, OBJECT));
        },
      );
    ['settings', 'large', 'small', 'other'].forEach(answer);
    const client = api.client({ maxConcurrent: 1 });
    await client.resourceOf('v1', 'ConfigMap');
    const finished = Promise.all(ask(client)).then(() => true);
    const turn = () =>
      new Promise<false>(resolve => {
        setImmediate(() => resolve(false));
      });
    while (!(await Promise.race([finished, turn()]))) waiting.shift()?.();
    return order;
  }

  it('is shared fairly between users', async () => {
    const order = await turnsOf(
      client => {
        const busy = client.as({ user: 'busy' });
        return [
          ...Array.from({ length: 4 }, () => busy.get(REF)),
          client.as({ user: 'calm' }).get(REF),
        ];
      },
      (_, user) => user,
    );
    expect(order.indexOf('calm')).toBeLessThanOrEqual(2);
  });

  it('is shared fairly between the objects of one user', async () => {
    const order = await turnsOf(
      client => {
        const user = client.as({ user: 'portal' });
        const asking = (owner: string, count: number) =>
          Array.from({ length: count }, () =>
            user.onBehalfOf(owner).get({ ...REF, name: owner }),
          );
        return [
          ...asking('large', 500),
          ...asking('small', 2),
          ...asking('other', 1),
        ];
      },
      name => name,
    );
    // The first may be under way; then they take turns.
    expect(order).toHaveLength(503);
    expect(order.slice(0, 7)).toEqual([
      'large',
      'large',
      'small',
      'other',
      'large',
      'small',
      'large',
    ]);
  });

  it('loses no place to who gives up waiting', async () => {
    const aborted = new AbortController();
    const order = await turnsOf(
      client => [
        client.get(REF),
        client
          .onBehalfOf('small')
          .get({ ...REF, name: 'small' }, { signal: aborted.signal })
          .catch(() => undefined),
        client
          .onBehalfOf('other')
          .get({ ...REF, name: 'other' })
          .finally(() => undefined),
        Promise.resolve().then(() => aborted.abort()),
      ],
      name => name,
    );
    expect(order).toEqual(['settings', 'other']);
  });

  it('is none of the business of whom it impersonates', async () => {
    const calm = api.client().onBehalfOf('a').as({ user: 'calm' });
    api.on(`GET ${PATH}`, (_, response) => json(response, 200, OBJECT));
    await calm.onBehalfOf('b').get(REF);
    const [{ headers }] = api.requests('GET', PATH);
    expect(headers['impersonate-user']).toBe('calm');
  });
});
