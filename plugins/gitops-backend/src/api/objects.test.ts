import { ObjectList, ObjectRow } from '@backstage-gitops/plugin-gitops-common';
import { ApiWorld, NOW } from './__testUtils__/ApiWorld';
import { gitRepository, kustomization } from './__testUtils__/objects';
import { onlyIn } from './__testUtils__/policy';

const READ = 'gitops.object.read';
const names = (list: Partial<ObjectList>) =>
  (list.items ?? []).map(row => (row as ObjectRow).key.name);

let world: ApiWorld;
beforeEach(() => {
  world = new ApiWorld({ local: 'reconcile', edge: 'observe' });
});

describe('GET /objects', () => {
  it('lists all homes, what needs somebody first, then the latest change', async () => {
    world.put(kustomization('ready'));
    world.put(
      kustomization('failed-long-ago', {
        word: 'Failed',
        since: '2026-11-01T00:00:00Z',
      }),
    );
    world.put(kustomization('failed-just-now', { word: 'Failed' }), 'edge');
    world.put(kustomization('waiting', { word: 'Waiting' }));
    world.put(kustomization('suspended', { word: 'Suspended' }));
    const { body } = await world.get('/objects');
    expect(names(body)).toEqual([
      'failed-just-now',
      'failed-long-ago',
      'waiting',
      'suspended',
      'ready',
    ]);
    expect(body.totalItems).toBe(5);
    expect(body.counts).toEqual({
      Failed: 2,
      Waiting: 1,
      Suspended: 1,
      Ready: 1,
    });
    expect(body.pageInfo).toEqual({});
  });

  it('shows what a row needs, and neither spec nor values', async () => {
    world.put(
      kustomization('app', {
        word: 'Failed',
        message: 'kustomize build failed',
        annotations: {
          'backstage-gitops.io/owner': 'Games',
          'reconcile.fluxcd.io/requestedAt': '2026-11-22T08:00:00Z',
        },
        spec: { postBuild: { substitute: { password: 'hunter2' } } },
      }),
    );
    const id = 'local/kustomize.toolkit.fluxcd.io/Kustomization/default/app';
    world.work.set(id, {
      id,
      home: 'local',
      group: 'kustomize.toolkit.fluxcd.io',
      kind: 'Kustomization',
      namespace: 'default',
      name: 'app',
      controller: 'kustomize',
      entityRef: 'kustomization:default/app',
      dueAt: NOW + 60_000,
      failures: 2,
      lost: 0,
      lastStartedAt: NOW - 2_000,
      lastFinishedAt: NOW - 1_000,
      running: false,
    });
    const { body } = await world.get('/objects');
    expect(body.items).toEqual([
      {
        key: {
          home: 'local',
          kind: 'Kustomization',
          namespace: 'default',
          name: 'app',
        },
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        status: {
          word: 'Failed',
          sentence: 'kustomize build failed',
          reason: 'BuildFailed',
          since: '2026-11-22T09:00:00Z',
        },
        suspended: false,
        revision: 'main@sha1:4f2c1a9d0be3b4b3a1c8f2d86f1e0a7c9d5b3e21',
        source: {
          kind: 'GitRepository',
          namespace: 'default',
          name: 'game-repo',
        },
        interval: '5m0s',
        nextRunAt: '2026-11-22T12:01:00.000Z',
        lastRunAt: '2026-11-22T11:59:59.000Z',
        ownerRef: 'group:default/games',
        entityRef: 'kustomization:default/app',
        homeState: 'connected',
      },
    ]);
    expect(JSON.stringify(body)).not.toContain('hunter2');
  });

  it.each([
    ['plain text', 'x'.repeat(32_000)],
    ['text of several bytes a character', '🚢é"\n'.repeat(4_000)],
  ])(
    'cuts a sentence so that a row has at most 1 KB: %s',
    async (_, message) => {
      world.put(kustomization('a'.repeat(253), { word: 'Failed', message }));
      const { body } = await world.get('/objects');
      const [row] = body.items!;
      expect(Buffer.byteLength(JSON.stringify(row))).toBeLessThanOrEqual(1024);
      expect(row.status.sentence).toMatch(/…$/);
      // Half of a surrogate pair would not survive the way.
      expect(encodeURIComponent(row.status.sentence)).toContain('%E2%80%A6');
    },
  );

  describe('filters', () => {
    beforeEach(() => {
      world.put(gitRepository('game-repo'));
      world.put(
        kustomization('game', {
          annotations: {
            'backstage-gitops.io/component': 'game',
            'backstage-gitops.io/owner': 'group:default/games',
          },
        }),
      );
      world.put(kustomization('shop', { namespace: 'shop', word: 'Failed' }));
      world.put(kustomization('shop', { word: 'Suspended' }), 'edge');
    });

    it.each([
      ['home=edge', ['edge/Kustomization/default/shop']],
      ['kind=GitRepository', ['local/GitRepository/default/game-repo']],
      [
        'kind=GitRepository&kind=Kustomization&namespace=shop',
        ['local/Kustomization/shop/shop'],
      ],
      ['kind=HelmRelease', []],
      ['namespace=shop', ['local/Kustomization/shop/shop']],
      [
        'name=shop&sort=name',
        ['edge/Kustomization/default/shop', 'local/Kustomization/shop/shop'],
      ],
      [
        'status=Failed&status=Suspended',
        ['local/Kustomization/shop/shop', 'edge/Kustomization/default/shop'],
      ],
      ['suspended=true', ['edge/Kustomization/default/shop']],
      ['suspended=false&status=Failed', ['local/Kustomization/shop/shop']],
      ['owner=Group:Default/Games', ['local/Kustomization/default/game']],
      ['owner=games', ['local/Kustomization/default/game']],
      ['entity=component:default/game', ['local/Kustomization/default/game']],
      ['search=GAME-REPO%20shop%2F', ['local/Kustomization/shop/shop']],
      [
        'search=4f2c1a9%20gitrepository%20default%2Fgame',
        ['local/GitRepository/default/game-repo'],
      ],
      ['search=nothing', []],
    ])('%s', async (query, expected) => {
      const { status, body } = await world.get(`/objects?${query}`);
      expect(status).toBe(200);
      expect(
        body.items!.map(
          ({ key }) => `${key.home}/${key.kind}/${key.namespace}/${key.name}`,
        ),
      ).toEqual(expected);
      expect(body.totalItems).toBe(expected.length);
    });

    it('counts words with all filters but the words themselves', async () => {
      const { body } = await world.get('/objects?status=Failed&home=local');
      expect(body.counts).toEqual({ Failed: 1, Ready: 2 });
      expect(body.totalItems).toBe(1);
    });

    it.each([
      ['colour=red', 'colour'],
      ['kind=Deployment', 'kind'],
      ['kind[]=Kustomization', 'kind[]'],
      ['kind[a]=Kustomization', 'kind[a]'],
      ['status=Broken', 'status'],
      ['status=ready', 'status'],
      ['home=nowhere', 'home'],
      ['home=local&home=edge', 'home'],
      ['name=', 'name'],
      [`namespace=${'n'.repeat(254)}`, 'namespace'],
      ['suspended=yes', 'suspended'],
      ['limit=0', 'limit'],
      ['limit=201', 'limit'],
      ['limit=ten', 'limit'],
      ['limit=1e1', 'limit'],
      ['sort=size', 'sort'],
      ['owner=a:b:c', 'owner'],
      ['entity=%20', 'entity'],
      [`search=${'s'.repeat(201)}`, 'search'],
      ['cursor=AAAA', 'cursor'],
      ['cursor=W10', 'cursor'],
      ['__proto__=1', '__proto__'],
    ])('refuses %s, naming the parameter', async (query, parameter) => {
      const { status, body } = await world.get(`/objects?${query}`);
      expect(status).toBe(400);
      expect(body.error!.message).toContain(`'${parameter}'`);
      expect(body.error!.code).toMatch(/^GITOPS_INVALID_(REQUEST|CURSOR)$/);
    });
  });

  describe('paging', () => {
    const all = Array.from(
      { length: 25 },
      (_, i) => `app-${String(i).padStart(2, '0')}`,
    );
    beforeEach(() => {
      // In no order, and all of the same time, so that only the key tells them apart.
      [...all]
        .sort((a, b) => (a.slice(-1) < b.slice(-1) ? 1 : -1))
        .forEach(name => world.put(kustomization(name)));
    });

    it.each(['attention', 'name', 'lastChange'])(
      'walks there and back by %s',
      async sort => {
        const pages: string[][] = [];
        let url = `/objects?limit=10&sort=${sort}`;
        let last = await world.get(url);
        pages.push(names(last.body));
        while (last.body.pageInfo!.nextCursor) {
          last = await world.get(
            `${url}&cursor=${last.body.pageInfo!.nextCursor}`,
          );
          pages.push(names(last.body));
        }
        expect(pages.map(page => page.length)).toEqual([10, 10, 5]);
        expect(pages.flat()).toEqual(all);
        url = `/objects?limit=10&sort=${sort}`;
        const second = await world.get(
          `${url}&cursor=${last.body.pageInfo!.prevCursor}`,
        );
        expect(names(second.body)).toEqual(pages[1]);
        const first = await world.get(
          `${url}&cursor=${second.body.pageInfo!.prevCursor}`,
        );
        expect(names(first.body)).toEqual(pages[0]);
        expect(first.body.pageInfo!.prevCursor).toBeUndefined();
        expect(first.body.pageInfo!.nextCursor).toBeDefined();
      },
    );

    it('neither repeats nor loses what stays, when something goes or comes meanwhile', async () => {
      const first = await world.get('/objects?limit=10&sort=name');
      world.remove(kustomization('app-03'));
      world.put(kustomization('app-00-new'));
      const next = await world.get(
        `/objects?limit=50&sort=name&cursor=${first.body.pageInfo!.nextCursor}`,
      );
      expect(names(next.body)).toEqual(all.slice(10));
    });

    it('refuses a cursor of other filters or of another order', async () => {
      const { body } = await world.get(
        '/objects?limit=10&sort=name&kind=Kustomization',
      );
      const cursor = body.pageInfo!.nextCursor;
      for (const query of ['sort=attention&kind=Kustomization', 'sort=name']) {
        const answer = await world.get(
          `/objects?limit=10&${query}&cursor=${cursor}`,
        );
        expect(answer.status).toBe(400);
        expect(answer.body.error!.code).toBe('GITOPS_INVALID_CURSOR');
      }
      // Another length of page is no other list.
      expect(
        (
          await world.get(
            `/objects?limit=3&sort=name&kind=Kustomization&cursor=${cursor}`,
          )
        ).status,
      ).toBe(200);
    });
  });

  describe('permissions', () => {
    beforeEach(() => {
      world.put(kustomization('mine', { namespace: 'mine' }));
      world.put(
        kustomization('theirs', { namespace: 'theirs', word: 'Failed' }),
      );
    });

    it('says which permission is missing where nothing may be seen', async () => {
      world.policy[READ] = { result: 'DENY' };
      for (const url of ['/objects', '/homes', '/changes']) {
        const { status, body } = await world.get(url);
        expect(status).toBe(403);
        expect(body.error).toMatchObject({ code: 'GITOPS_NOT_ALLOWED' });
        expect(body.error!.message).toContain(READ);
      }
    });

    it('counts and pages only what the conditions let through', async () => {
      world.policy[READ] = onlyIn('mine');
      const { body } = await world.get('/objects?limit=1');
      expect(names(body)).toEqual(['mine']);
      expect(body).toMatchObject({
        totalItems: 1,
        counts: { Ready: 1 },
        pageInfo: {},
      });
      const homes = await world.get('/homes');
      expect(homes.body.items![0]).toMatchObject({
        name: 'local',
        totalItems: 1,
        counts: { Ready: 1 },
      });
    });
  });

  it('keeps showing what was seen of a home that went down', async () => {
    world.put(kustomization('app'));
    world.home().markFailed('connect ECONNREFUSED');
    const { body } = await world.get('/objects');
    expect(body.items![0].homeState).toBe('disconnected');
  });

  it('lists an object whose status nobody of us wrote', async () => {
    const odd = kustomization('odd');
    world.put({
      ...odd,
      status: { conditions: 'none', history: 7, artifact: [] },
    });
    const { spec: _spec, ...bare } = kustomization('bare');
    world.put(bare as typeof odd);
    const { body } = await world.get('/objects?sort=name');
    expect(names(body)).toEqual(['bare', 'odd']);
    for (const name of ['bare', 'odd']) {
      expect(
        (await world.get(`/objects/local/Kustomization/default/${name}`))
          .status,
      ).toBe(200);
    }
  });
});

describe('GET /homes', () => {
  it('tells of each home what it does and how it is', async () => {
    world.put(kustomization('app'), 'edge');
    world.home('edge').markFailed('connect ECONNREFUSED');
    const { body } = await world.get('/homes');
    const since = new Date(NOW).toISOString();
    expect(body.items).toEqual([
      {
        name: 'local',
        mode: 'reconcile',
        connected: true,
        since,
        totalItems: 0,
        counts: {},
      },
      {
        name: 'edge',
        mode: 'observe',
        connected: false,
        error: 'connect ECONNREFUSED',
        since,
        totalItems: 1,
        counts: { Ready: 1 },
      },
    ]);
  });

  it('names who else reconciles a home', async () => {
    world.home().setOtherWriter('kustomize-controller in flux-system');
    const { body } = await world.get('/homes');
    expect(body.items![0]).toMatchObject({
      mode: 'observe',
      writer: 'kustomize-controller in flux-system',
    });
  });

  it('takes no parameters', async () => {
    expect((await world.get('/homes?verbose=1')).status).toBe(400);
  });
});
