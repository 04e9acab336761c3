// Servers: the sandbox's Kubernetes API and its Git server; the webhook is called
// over HTTP.
import { createHash, createHmac } from 'node:crypto';
import express from 'express';
import request from 'supertest';
import {
  crdOf,
  GitRepository,
  Receiver,
  receiverKind,
  ReceiverSpec,
} from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  migratedDatabases,
  testDatabaseIds,
} from '../../../__testUtils__/databases';
import { gitRepository, readyOf, World } from '../../../__testUtils__/world';
import { Gitops } from '../../../createGitops';
import { webhookRoute } from './webhookRoute';

jest.setTimeout(240_000);

const TOKEN = 'token-of-the-webhook';
const { apiVersion, kind } = receiverKind;
const REPOSITORIES: ReceiverSpec['resources'] = [
  { kind: 'GitRepository', name: 'repo' },
];

describe.each(testDatabaseIds)('webhooks, with %s', id => {
  const init = migratedDatabases();
  let world: World;
  let portals: Gitops[];
  let url: string;

  const secret = (name: string, token: string) =>
    world.apply({
      ...{ apiVersion: 'v1', kind: 'Secret' },
      metadata: { name, namespace: 'default' },
      data: { token: Buffer.from(token).toString('base64') },
    } as KubernetesObject);

  beforeAll(async () => {
    world = await World.start();
    const database = await init(id);
    portals = [
      await world.startPortal(database),
      await world.startPortal(database),
    ];
    await world.untilKinds(
      'gitrepositories.source.toolkit.fluxcd.io',
      'receivers.notification.toolkit.fluxcd.io',
    );
    ({ url } = await world.sandbox.git.createRepository('team/app', {
      'a.yaml': 'a: 1\n',
    }));
    await world.apply(gitRepository(url));
    await secret('token', TOKEN);
  });
  afterAll(() => world?.stop());

  const ref = (name: string) => ({
    ...{ apiVersion, kind, namespace: 'default', name },
  });

  const apply = (name: string, spec: Partial<ReceiverSpec>) =>
    world.apply<Receiver>({
      ...{ apiVersion, kind, metadata: { name, namespace: 'default' } },
      spec: {
        ...{ type: 'generic', interval: '1h', resources: REPOSITORIES },
        ...(spec.type !== 'generic-oidc' && { secretRef: { name: 'token' } }),
        ...spec,
      },
    } as Receiver);

  const until = (name: string, wanted: (object: Receiver) => boolean) =>
    world.until<Receiver>(
      ref(name),
      object => object !== undefined && wanted(object),
    );

  /** A Receiver that is Ready, and known to all portals. */
  const ready = async (name: string, spec: Partial<ReceiverSpec> = {}) => {
    const { metadata } = await apply(name, spec);
    const object = await until(
      name,
      ({ status }) =>
        status?.observedGeneration === metadata.generation &&
        Boolean(status?.webhookPath),
    );
    const path = object.status!.webhookPath!;
    for (const portal of portals) {
      while (
        portal.webhooks.find(path)?.receiver.metadata.generation !==
        metadata.generation
      ) {
        await new Promise(setImmediate);
      }
    }
    return path;
  };

  const post = (path: string, portal = portals[0]) =>
    request(express().use(webhookRoute(portal))).post(path);

  const signed = (path: string, body: string, portal?: Gitops) =>
    post(path, portal)
      .set('Content-Type', 'application/json')
      .set('X-GitHub-Event', 'push')
      .set(
        'X-Hub-Signature-256',
        `sha256=${createHmac('sha256', TOKEN).update(body).digest('hex')}`,
      )
      .send(body);

  const requestedAt = async (name = 'repo') =>
    (
      await world.client.get<GitRepository>({
        ...{ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' },
        ...{ namespace: 'default', name },
      })
    )?.metadata.annotations?.['reconcile.fluxcd.io/requestedAt'];

  it('are where Flux has them, and fetch what was pushed', async () => {
    const path = await ready('github', { type: 'github', events: ['push'] });
    expect(path).toBe(
      `/hook/${createHash('sha256').update(`${TOKEN}githubdefault`).digest('hex')}`,
    );
    const object = await until('github', one => readyOf(one) !== undefined);
    expect(readyOf(object)).toMatchObject({
      ...{ status: 'True', reason: 'Succeeded' },
      message: `Receiver initialized for path: ${path}`,
    });
    expect(JSON.stringify(await world.eventsOf(object))).not.toContain(path);
    await world.sandbox.git.commit('team/app', {
      ...{ message: 'Two', files: { 'a.yaml': 'a: 2\n' } },
    });
    const commit = await world.sandbox.git.revision('team/app', 'main');
    const { status, body } = await signed(path, '{"ref":"refs/heads/main"}');
    expect({ status, body }).toEqual({
      status: 200,
      body: { code: 'OK', message: '1 object asked to reconcile' },
    });
    await world.until<GitRepository>(
      {
        ...{ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' },
        ...{ namespace: 'default', name: 'repo' },
      },
      found => found?.status?.artifact?.revision === `main@sha1:${commit}`,
    );
  });

  it('are taken once, whichever replica is called', async () => {
    const path = await ready('once', { type: 'github' });
    const call = (portal: Gitops) => signed(path, '{"after":"1"}', portal);
    const answers = await Promise.all(portals.map(call));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const { body } = await call(portals[1]);
    expect(body.code).toBe('WEBHOOK_REPEATED');
    expect((await signed(path, '{"after":"2"}')).status).toBe(200);
  });

  it('may come again where nothing came of them', async () => {
    const resources = [{ kind: 'GitRepository', name: 'later' } as const];
    const path = await ready('again', { type: 'github', resources });
    const failed = await signed(path, '{"after":"3"}');
    expect(failed.status).toBe(500);
    expect(failed.body).toEqual({
      code: 'WEBHOOK_FAILED',
      message:
        '0 objects asked to reconcile, and not: GitRepository/later: it is not in namespace default',
    });
    await world.apply(gitRepository(url, {}, 'later'));
    expect((await signed(path, '{"after":"3"}')).status).toBe(200);
    expect(await requestedAt('later')).toBeDefined();
  });

  it('wake all of a kind that have a label, and pass the filters', async () => {
    for (const name of ['one', 'two', 'three']) {
      const object = gitRepository(url, {}, name);
      const labels = { team: name === 'three' ? 'b' : 'a' };
      await world.apply({
        ...object,
        metadata: { ...object.metadata, labels },
      });
    }
    const path = await ready('filtered', {
      resourceFilter: "res.metadata.name != 'none' && req.branch == 'main'",
      resources: [
        {
          ...{ kind: 'GitRepository', name: '*', matchLabels: { team: 'a' } },
          filter: 'req.wanted.exists(w, w == res.metadata.name)',
        },
      ],
    });
    const call = (body: object) =>
      post(path).set('Content-Type', 'application/json').send(body);
    const answer = await call({ branch: 'main', wanted: ['two', 'three'] });
    expect(answer.body.message).toBe('1 object asked to reconcile');
    expect(await requestedAt('two')).toBeDefined();
    expect(await requestedAt('one')).toBeUndefined();
    expect(await requestedAt('three')).toBeUndefined();
    const none = await call({ branch: 'dev', wanted: ['one'] });
    expect(none.body.message).toBe('0 objects asked to reconcile');
    const bad = await call({ wanted: 7 });
    expect(bad.status).toBe(500);
    const broken = await post(path)
      .set('Content-Type', 'application/json')
      .send('[');
    expect([broken.status, broken.body.code]).toEqual([
      400,
      'WEBHOOK_BAD_PAYLOAD',
    ]);
  });

  it('are refused with the wrong secret, an unknown path, a body too large', async () => {
    const path = await ready('guarded', { type: 'generic-hmac' });
    const before = await requestedAt();
    const wrong = await post(path).set('X-Signature', 'sha256=00').send('{}');
    expect([wrong.status, wrong.body.code]).toEqual([
      400,
      'WEBHOOK_BAD_SIGNATURE',
    ]);
    expect(JSON.stringify(wrong.body)).not.toContain(TOKEN);
    const unknown = await post(`/hook/${'0'.repeat(64)}`).send('{}');
    expect(unknown.status).toBe(404);
    expect((await post('/hook/').send('{}')).status).toBe(404);
    const large = await post(path)
      .set('Content-Type', 'application/octet-stream')
      .send(Buffer.alloc(3 * 1024 * 1024 + 1));
    expect(large.status).toBe(413);
    const packed = await post(path).set('Content-Encoding', 'gzip').send('{}');
    expect(packed.status).toBe(415);
    expect(await requestedAt()).toBe(before);
  });

  it('are closed while a Receiver is suspended', async () => {
    const path = await ready('closed');
    const { metadata } = await apply('closed', { suspend: true });
    while (
      portals[0].webhooks.find(path)?.receiver.metadata.generation !==
      metadata.generation
    ) {
      await new Promise(setImmediate);
    }
    const { status, body } = await post(path).send('');
    expect([status, body.code]).toEqual([503, 'WEBHOOK_CLOSED']);
  });

  it('are elsewhere when the token is another, and nowhere without one', async () => {
    await secret('rotated', 'first');
    const path = await ready('rotated', { secretRef: { name: 'rotated' } });
    await secret('rotated', 'second');
    await world.client.patch(ref('rotated'), {
      type: 'merge',
      body: {
        metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'x' } },
      },
    });
    const object = await until(
      'rotated',
      ({ status }) => status?.webhookPath !== path,
    );
    expect(object.status?.webhookPath).toMatch(/^\/hook\/[0-9a-f]{64}$/);
    await secret('rotated', '');
    await world.client.patch(ref('rotated'), {
      type: 'merge',
      body: {
        metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'y' } },
      },
    });
    const without = await until(
      'rotated',
      one => readyOf(one)?.status === 'False',
    );
    expect(without.status?.webhookPath).toBeUndefined();
    expect(readyOf(without)).toMatchObject({
      reason: 'TokenNotFound',
      message: expect.stringContaining("'default/rotated' secret data"),
    });
  });

  it.each<[string, Partial<ReceiverSpec>, string, RegExp]>([
    [
      'a missing Secret',
      { secretRef: { name: 'none' } },
      'TokenNotFound',
      /unable to read token from secret 'default\/none'/,
    ],
    [
      'a filter that is none',
      { resourceFilter: 'res.name ==' },
      'InvalidCELExpression',
      /^Reconciliation failed terminally due to configuration error: invalid resourceFilter expression: /,
    ],
    [
      'a filter of claims without tokens',
      { resources: [{ ...REPOSITORIES[0], filter: "claims.sub == 'x'" }] },
      'InvalidCELExpression',
      /invalid filter expression for resources\[0\] \(kind="GitRepository", name="repo"\): /,
    ],
    [
      'a validation that is none',
      {
        type: 'generic-oidc',
        oidcProviders: [
          {
            issuerURL: 'https://issuer.test',
            validations: [{ expression: 'claims.', message: 'no' }],
          },
        ],
      },
      'InvalidCELExpression',
      /oidcProviders\[0\] \(issuerURL="https:\/\/issuer\.test"\): /,
    ],
  ])('cannot be with %s', async (title, spec, reason, message) => {
    const name = title.replace(/[^a-z]+/gi, '-').toLowerCase();
    await apply(name, spec);
    const object = await until(name, one => readyOf(one)?.status === 'False');
    expect(readyOf(object)?.reason).toBe(reason);
    expect(readyOf(object)?.message).toMatch(message);
    expect(object.status?.webhookPath).toBeUndefined();
  });

  it('do nothing where others reconcile', async () => {
    const path = await ready('others');
    const home = portals[0].homes.find('demo')!;
    home.setOtherWriters(
      new Map([['notification', 'notification-controller']]),
    );
    expect(portals[0].webhooks.find(path)).toBeUndefined();
    home.setOtherWriters(new Map());
    expect(portals[0].webhooks.find(path)).toBeDefined();
    expect(crdOf(receiverKind).metadata.name).toBe(
      'receivers.notification.toolkit.fluxcd.io',
    );
  });
});
