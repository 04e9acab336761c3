// Servers: the sandbox's Kubernetes API and its Git server, and a sink over HTTP.
import { createHmac } from 'node:crypto';
import {
  Alert,
  alertKind,
  GitopsKind,
  GitRepository,
  gitRepositoryKind,
  Provider,
  providerKind,
  ProviderSpec,
} from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { Knex } from 'knex';
import {
  migratedDatabases,
  testDatabaseIds,
} from '../../__testUtils__/databases';
import { gitRepository, readyOf, World } from '../../__testUtils__/world';
import { Gitops } from '../../createGitops';
import {
  ServiceSink,
  SunkRequest,
} from './providers/__testUtils__/ServiceSink';

jest.setTimeout(240_000);

const TOKEN = 'key-that-signs-events';
const SOURCE = {
  ...{ apiVersion: gitRepositoryKind.apiVersion, kind: 'GitRepository' },
  ...{ namespace: 'default', name: 'repo' },
};

describe.each(testDatabaseIds)('notifications, with %s', id => {
  const init = migratedDatabases();
  let world: World;
  let database: Knex;
  let portals: Gitops[];
  let sink: ServiceSink;
  let commits = 0;

  const secret = (name: string, data: Record<string, string>) =>
    world.apply({
      ...{ apiVersion: 'v1', kind: 'Secret' },
      metadata: { name, namespace: 'default' },
      data: Object.fromEntries(
        Object.entries(data).map(([key, value]) => [
          key,
          Buffer.from(value).toString('base64'),
        ]),
      ),
    } as KubernetesObject);

  const provider = (name: string, spec: Partial<ProviderSpec>) =>
    world.apply<Provider>({
      ...{ apiVersion: providerKind.apiVersion, kind: providerKind.kind },
      metadata: { name, namespace: 'default' },
      spec: { type: 'generic', timeout: '2s', ...spec },
    } as Provider);

  const alert = async (name: string, spec: Partial<Alert['spec']> = {}) => {
    const applied = await world.apply<Alert>({
      ...{ apiVersion: alertKind.apiVersion, kind: alertKind.kind },
      metadata: { name, namespace: 'default' },
      spec: {
        providerRef: { name },
        eventSources: [{ kind: 'GitRepository', name: '*' }],
        ...spec,
      },
    });
    // Every replica knows it, and its Provider.
    await world.eventually(() =>
      portals.every(
        ({ homes }) =>
          homes.find('demo')!.cache.get({
            ...{ kind: alertKind.kind, namespace: 'default', name },
          })?.metadata.resourceVersion === applied.metadata.resourceVersion &&
          homes.find('demo')!.cache.get({
            ...{ kind: providerKind.kind, namespace: 'default', name },
          }),
      ),
    );
    return applied;
  };

  const forgetKind = async ({ apiVersion, kind }: GitopsKind) => {
    const { items } = await world.client.list({ apiVersion, kind });
    for (const { metadata } of items) {
      const { namespace, name } = metadata;
      await world.client.delete({ apiVersion, kind, namespace, name });
    }
    await world.eventually(() =>
      portals.every(
        ({ homes }) => homes.find('demo')!.cache.list(kind).length === 0,
      ),
    );
  };

  const forgetAll = async () => {
    await forgetKind(alertKind);
    await forgetKind(providerKind);
    await world.eventually(
      async () => (await database('gitops_events')).length === 0,
    );
    await database('gitops_notifications').delete();
  };

  /** A new commit, fetched; gives its revision. */
  const commit = async (): Promise<string> => {
    commits += 1;
    const hash = await world.sandbox.git.commit('team/app', {
      files: {
        'a.yaml': `a: ${commits}
`,
      },
    });
    await world.client.patch(SOURCE, {
      type: 'merge',
      fieldManager: 'test',
      body: {
        metadata: {
          annotations: { 'reconcile.fluxcd.io/requestedAt': `${commits}` },
        },
      },
    });
    const { status } = await world.until<GitRepository>(SOURCE, object =>
      Boolean(object?.status?.artifact?.revision.endsWith(hash)),
    );
    return status!.artifact!.revision;
  };

  const about = (revision: string) => (request: SunkRequest) =>
    JSON.parse(request.body).metadata?.revision === revision;

  const lane = (name: string) => ({
    ...{ home: 'demo', namespace: 'default', provider: name },
  });

  beforeAll(async () => {
    world = await World.start();
    sink = await ServiceSink.start();
    database = await init(id);
    portals = [
      await world.startPortal(database),
      await world.startPortal(database),
    ];
    await world.untilKinds(
      ...['alerts', 'providers'].map(
        plural => `${plural}.notification.toolkit.fluxcd.io`,
      ),
      'gitrepositories.source.toolkit.fluxcd.io',
    );
    const { url } = await world.sandbox.git.createRepository('team/app', {
      'a.yaml': 'a: 0\n',
    });
    await secret('key', { token: TOKEN, address: `${sink.url}/hook` });
    await world.apply(gitRepository(url));
    await world.until<GitRepository>(
      SOURCE,
      object => readyOf(object)?.status === 'True',
    );
  });
  afterAll(async () => {
    await world?.stop();
    await sink?.stop();
  });
  afterEach(forgetAll);
  beforeEach(() => {
    sink.requests.length = 0;
    sink.answer = () => ({ body: {} });
  });

  it('send what happens, signed, once over all replicas', async () => {
    await provider('signed', {
      type: 'generic-hmac',
      secretRef: { name: 'key' },
    });
    await alert('signed', { eventMetadata: { cluster: 'demo' } });
    const revision = await commit();
    await sink.until(requests => requests.some(about(revision)));
    const [request] = sink.requests.filter(about(revision));
    expect(request).toMatchObject({
      ...{ method: 'POST', path: '/hook' },
      headers: {
        'content-type': 'application/json',
        'gotk-component': 'source-controller',
        'x-signature': `sha256=${createHmac('sha256', TOKEN).update(request.body).digest('hex')}`,
      },
    });
    expect(JSON.parse(request.body)).toMatchObject({
      involvedObject: {
        ...{ apiVersion: 'source.toolkit.fluxcd.io/v1' },
        ...{ kind: 'GitRepository', namespace: 'default', name: 'repo' },
        uid: expect.any(String),
      },
      severity: 'info',
      reason: 'NewArtifact',
      timestamp: expect.stringMatching(/^[\d-]+T[\d:]+Z$/),
      message: expect.stringContaining('stored artifact'),
      metadata: { cluster: 'demo', revision },
      reportingController: 'source-controller',
    });
    // The next one is there, and still there is one of the first.
    const next = await commit();
    await sink.until(requests => requests.some(about(next)));
    expect(sink.requests.filter(about(revision))).toHaveLength(1);
    const { store } = portals[0].notifications;
    await world.eventually(
      async () => (await store.count(lane('signed'))).waiting === 0,
    );
    expect(await store.count(lane('signed'))).toMatchObject({ dead: 0 });
  });

  it('try again what a service does not take now, and say so of the Alert', async () => {
    let refused = 0;
    sink.answer = () => {
      refused += 1;
      return refused <= 2
        ? { status: 503, body: `down, ${TOKEN}` }
        : { body: {} };
    };
    await provider('down', {
      type: 'generic-hmac',
      secretRef: { name: 'key' },
    });
    const applied = await alert('down');
    const revision = await commit();
    await sink.until(requests => requests.filter(about(revision)).length === 3);
    const events = await world.eventsOf(applied);
    const told = events.filter(text => /NotificationDispatchFailed/.test(text));
    expect(told).toEqual([
      expect.stringContaining(
        'failed to send notification for GitRepository/default/repo',
      ),
    ]);
    expect(told[0]).toContain('answered with 503: down, *****');
    expect(events.join()).not.toContain(TOKEN);
    await world.eventually(
      async () =>
        (await portals[0].notifications.store.count(lane('down'))).sent > 0,
    );
  });

  it('give up what a service has not taken for a day', async () => {
    sink.answer = () => ({ status: 500 });
    await provider('ill', { address: `${sink.url}/ill` });
    await alert('ill');
    await commit();
    const { store, pump } = portals[0].notifications;
    const latest = async () =>
      (await store.list({ ...lane('ill'), limit: 1 })).at(0);
    await world.eventually(async () => (await latest())?.attempts);
    const first = (await latest())!;
    expect(first).toMatchObject({ state: 'waiting' });
    const day = 24 * 3_600_000;
    await database('gitops_notifications').update({
      ...{ created_at: first.createdAt - day, due_at: first.createdAt },
    });
    pump.wake();
    await world.eventually(
      async () => (await store.count(lane('ill'))).dead === 1,
    );
    expect(await latest()).toMatchObject({
      error: `${sink.host} answered with 500`,
    });
  });

  it('are sent as the annotation says, where the type is generic', async () => {
    await world.apply<Provider>({
      ...{ apiVersion: providerKind.apiVersion, kind: providerKind.kind },
      metadata: {
        ...{ name: 'chosen', namespace: 'default' },
        annotations: { 'backstage-gitops.io/provider': 'backstage' },
      },
      spec: { type: 'generic', address: `${sink.url}/chosen` },
    });
    await alert('chosen');
    await commit();
    const { store } = portals[0].notifications;
    await world.eventually(
      async () => (await store.count(lane('chosen'))).dead === 1,
    );
    const [{ error }] = await store.list({ ...lane('chosen'), limit: 1 });
    expect(error).toBe('this portal has no notifications');
    expect(sink.requests).toEqual([]);
  });

  it('keep what a service refuses, and send it again when asked', async () => {
    sink.answer = () => ({ status: 404, body: 'no such hook' });
    await provider('wrong', { address: `${sink.url}/secret-path-of-the-hook` });
    const applied = await alert('wrong');
    const revision = await commit();
    const { store, pump } = portals[0].notifications;
    await world.eventually(
      async () => (await store.count(lane('wrong'))).dead === 1,
    );
    const [dead] = await store.list({ ...lane('wrong'), limit: 10 });
    expect(dead).toMatchObject({
      state: 'dead',
      attempts: 1,
      error: `${sink.host} answered with 404: no such hook`,
      event: { metadata: { revision } },
    });
    expect(sink.requests).toHaveLength(1);
    expect((await world.eventsOf(applied)).join()).not.toContain('secret-path');
    sink.answer = () => ({ body: {} });
    expect(await store.revive(lane('wrong'))).toBe(1);
    pump.wake();
    await sink.until(requests => requests.length === 2);
  });

  it('follow no redirect', async () => {
    sink.answer = ({ path }) =>
      path === '/hook'
        ? { status: 307, headers: { location: `${sink.url}/elsewhere` } }
        : {};
    await provider('moved', { address: `${sink.url}/hook` });
    await alert('moved');
    await commit();
    const { store } = portals[0].notifications;
    await world.eventually(
      async () => (await store.count(lane('moved'))).dead === 1,
    );
    expect(sink.requests.map(({ path }) => path)).toEqual(['/hook']);
  });

  it('do not wait for a service that hangs', async () => {
    sink.answer = ({ path }) => (path === '/hangs' ? { hangs: true } : {});
    await provider('hangs', { address: `${sink.url}/hangs`, timeout: '60s' });
    await alert('hangs');
    const first = await commit();
    await sink.until(requests => requests.some(about(first)));
    await provider('answers', { address: `${sink.url}/answers` });
    await alert('answers');
    const second = await commit();
    await sink.until(requests =>
      requests.some(
        request => request.path === '/answers' && about(second)(request),
      ),
    );
    const { store } = portals[0].notifications;
    expect(await store.count(lane('hangs'))).toMatchObject({ sent: 0 });
  });

  it('send nothing twice within five minutes, and to nobody that is suspended', async () => {
    await provider('all', { address: `${sink.url}/all` });
    await alert('all');
    await provider('off', { address: `${sink.url}/off`, suspend: true });
    await alert('off');
    const { outbox } = portals[0].notifications;
    const event = (message: string) => ({
      home: 'demo',
      labels: {},
      event: {
        involvedObject: SOURCE,
        ...{ severity: 'info' as const, timestamp: '2026-11-23T10:00:00Z' },
        ...{ message, reason: 'Test', reportingController: 'test' },
      },
    });
    const at = Date.now();
    const minutes = (n: number) => at + n * 60_000;
    await outbox.add([event('a'), event('a'), event('b')], { at });
    await outbox.add([event('a')], { at: minutes(4) });
    await outbox.add([event('a')], { at: minutes(6) });
    await outbox.add([event('end')], { at: minutes(6) });
    outbox.announce();
    await sink.until(requests =>
      requests.some(({ body }) => body.includes('"end"')),
    );
    const { store } = portals[0].notifications;
    await world.eventually(
      async () => (await store.count(lane('all'))).waiting === 0,
    );
    expect(
      sink.requests.map(({ path, body }) => [path, JSON.parse(body).message]),
    ).toEqual(
      expect.arrayContaining([
        ['/all', 'a'],
        ['/all', 'b'],
        ['/all', 'a'],
        ['/all', 'end'],
      ]),
    );
    expect(sink.requests).toHaveLength(4);
  });

  it('say of an Alert what is wrong with it', async () => {
    await provider('odd', { address: `${sink.url}/odd` });
    const applied = await alert('odd', {
      exclusionList: ['('],
      eventMetadata: { revision: 'mine' },
    });
    const revision = await commit();
    await sink.until(requests => requests.some(about(revision)));
    await world.eventually(
      async () => (await world.eventsOf(applied)).length >= 2,
    );
    expect((await world.eventsOf(applied)).sort()).toEqual([
      expect.stringMatching(
        /^InvalidConfig: failed to compile exclusion regex: \(: /,
      ),
      expect.stringMatching(/^MetadataAppendFailed: .*revision \(/),
    ]);
  });

  it('say what is wrong with a Provider, and keep what it should have sent', async () => {
    await provider('none', { type: 'slack' });
    await alert('none');
    await commit();
    const { store } = portals[0].notifications;
    await world.eventually(
      async () => (await store.count(lane('none'))).dead === 1,
    );
    const [{ error }] = await store.list({ ...lane('none'), limit: 1 });
    expect(error).toBe(
      "the Provider has no address; set spec.address, or the key 'address' of its Secret",
    );
  });
});
