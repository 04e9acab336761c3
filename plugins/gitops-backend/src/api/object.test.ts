import { mockCredentials } from '@backstage/backend-test-utils';
import { GitopsObject } from '@backstage-gitops/plugin-gitops-common';
import { ApiWorld, NOW } from './__testUtils__/ApiWorld';
import { gitRepository, kustomization } from './__testUtils__/objects';
import { onlyIn } from './__testUtils__/policy';

const KEY = {
  home: 'local',
  kind: 'Kustomization',
  namespace: 'default',
  name: 'app',
};
const URL = '/objects/local/Kustomization/default/app';
const SECRET = 'hunter2';

let world: ApiWorld;
beforeEach(() => {
  world = new ApiWorld();
});

describe('GET /objects/:home/:kind/:namespace/:name', () => {
  it('shows what was applied, from what, and how it went', async () => {
    world.put(gitRepository('game-repo'));
    world.put(kustomization('base'));
    world.put(
      kustomization('later', {
        word: 'Waiting',
        spec: { dependsOn: [{ name: 'app' }] },
      }),
    );
    world.put(
      kustomization('app', {
        spec: {
          dependsOn: [{ name: 'base' }, { name: 'gone', namespace: 'x' }],
        },
        status: {
          inventory: {
            entries: [
              { id: 'default_game_apps_Deployment', v: 'v1' },
              {
                id: '_game-reader_rbac.authorization.k8s.io_ClusterRole',
                v: 'v1',
              },
              { id: 'no id', v: 'v1' },
            ],
          },
          history: [
            {
              digest: 'sha256:01',
              firstReconciled: '2026-11-22T08:00:00Z',
              lastReconciled: '2026-11-22T09:00:00Z',
              lastReconciledDuration: '1.2s',
              lastReconciledStatus: 'ReconciliationSucceeded',
              totalReconciliations: 12,
              metadata: { revision: 'main@sha1:4f2c' },
            },
          ],
        },
      }),
    );
    world.artifacts.push({
      objectId:
        'local/source.toolkit.fluxcd.io/GitRepository/default/game-repo',
      revision: 'main@sha1:4f2c1a9d0be3b4b3a1c8f2d86f1e0a7c9d5b3e21',
      digest: `sha256:${'ab'.repeat(32)}`,
      size: 2048,
      createdAt: NOW,
      commit: {
        message: 'Raise replicas\n\nMore players.',
        author: 'Ada',
        time: NOW - 60_000,
      },
    });
    const { status, body } = await world.get(URL);
    expect(status).toBe(200);
    expect(body.key).toEqual(KEY);
    expect(body.inventory).toEqual([
      {
        group: 'apps',
        version: 'v1',
        kind: 'Deployment',
        namespace: 'default',
        name: 'game',
      },
      {
        group: 'rbac.authorization.k8s.io',
        version: 'v1',
        kind: 'ClusterRole',
        name: 'game-reader',
      },
    ]);
    expect(body.history).toEqual([
      {
        digest: 'sha256:01',
        status: 'ReconciliationSucceeded',
        revision: 'main@sha1:4f2c',
        firstAt: '2026-11-22T08:00:00Z',
        lastAt: '2026-11-22T09:00:00Z',
        duration: '1.2s',
        total: 12,
      },
    ]);
    expect(body.artifact).toEqual({
      revision: 'main@sha1:4f2c1a9d0be3b4b3a1c8f2d86f1e0a7c9d5b3e21',
      digest: `sha256:${'ab'.repeat(32)}`,
      size: 2048,
      updatedAt: '2026-11-22T08:59:58Z',
      commit: {
        message: 'Raise replicas\n\nMore players.',
        author: 'Ada',
        at: '2026-11-22T11:59:00.000Z',
      },
    });
    expect(body.dependsOn).toMatchObject([
      {
        kind: 'GitRepository',
        name: 'game-repo',
        relation: 'source',
        status: { word: 'Ready' },
      },
      {
        kind: 'Kustomization',
        name: 'base',
        relation: 'dependsOn',
        status: { word: 'Ready' },
      },
      {
        kind: 'Kustomization',
        namespace: 'x',
        name: 'gone',
        relation: 'dependsOn',
      },
    ]);
    expect(body.dependsOn![2].status).toBeUndefined();
    expect(body.dependants).toMatchObject([
      {
        kind: 'Kustomization',
        name: 'later',
        relation: 'dependsOn',
        status: { word: 'Waiting' },
      },
    ]);
    expect(body.warnings).toEqual([]);
    expect(body.may).toEqual({
      reconcile: true,
      suspend: true,
      delete: true,
    });
    expect(body.queue).toBeUndefined();
  });

  it('has the revisions of a release, and how their tests went', async () => {
    const { metadata } = kustomization('game');
    world.put({
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata,
      spec: { interval: '10m' },
      status: {
        history: [
          {
            digest: 'sha256:02',
            name: 'game',
            namespace: 'games',
            version: 2,
            status: 'deployed',
            action: 'upgrade',
            chartName: 'game',
            chartVersion: '1.2.0',
            appVersion: '2.0',
            configDigest: 'sha256:03',
            firstDeployed: '2026-11-22T08:00:00Z',
            lastDeployed: '2026-11-22T09:00:00Z',
            testHooks: {
              smoke: {
                lastStarted: '2026-11-22T09:00:01Z',
                lastCompleted: '2026-11-22T09:00:02Z',
                phase: 'Succeeded',
              },
              later: {},
            },
          },
          { digest: 'sha256:04', version: 'none' },
        ],
      },
    } as GitopsObject);
    const { body } = await world.get('/objects/local/HelmRelease/default/game');
    expect(body.history).toEqual([
      {
        digest: 'sha256:02',
        status: 'deployed',
        revision: '1.2.0',
        firstAt: '2026-11-22T08:00:00Z',
        lastAt: '2026-11-22T09:00:00Z',
        release: {
          name: 'game',
          namespace: 'games',
          version: 2,
          chart: 'game',
          chartVersion: '1.2.0',
          appVersion: '2.0',
          action: 'upgrade',
          tests: [
            { name: 'smoke', phase: 'Succeeded', at: '2026-11-22T09:00:02Z' },
            { name: 'later' },
          ],
        },
      },
    ]);
  });

  it('withholds values that may be secret, in whatever field', async () => {
    world.put(
      kustomization('app', {
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': `{"password":"${SECRET}"}`,
          'reconcile.fluxcd.io/requestedAt': SECRET,
          'example.com/big': SECRET.repeat(200),
          'example.com/note': 'kept',
        },
        spec: {
          postBuild: {
            substitute: { password: SECRET },
            substituteFrom: [{ kind: 'Secret', name: 'vars' }],
          },
          patches: [
            { patch: `password: ${SECRET}`, target: { kind: 'Deployment' } },
          ],
          novel: { password: SECRET },
        },
      }),
    );
    const { body } = await world.get(URL);
    expect(JSON.stringify(body)).not.toContain(SECRET);
    expect(body.metadata!.annotations).toEqual({
      'example.com/big': '<withheld>',
      'example.com/note': 'kept',
    });
    expect(body.spec).toMatchObject({
      path: './overlays/production',
      postBuild: {
        substitute: { password: '<withheld>' },
        substituteFrom: [{ kind: 'Secret', name: 'vars' }],
      },
      patches: [{ patch: '<withheld>', target: { kind: 'Deployment' } }],
      novel: { password: '<withheld>' },
    });
    expect(body.withheld).toEqual([
      'spec.postBuild.substitute',
      'spec.patches[0].patch',
      'spec.novel',
    ]);
  });

  it('withholds values of Helm, and credentials in addresses', async () => {
    world.put({
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: 'app', namespace: 'default' },
      spec: {
        interval: '5m',
        chart: {
          spec: {
            chart: 'game',
            sourceRef: { kind: 'HelmRepository', name: 'charts' },
          },
        },
        values: { db: { password: SECRET, hosts: [SECRET] }, replicas: 3 },
      },
    });
    world.put(
      gitRepository('private', {
        spec: {
          url: `https://ada:${SECRET}@git.example/game.git?token=${SECRET}`,
        },
      }),
    );
    const release = await world.get('/objects/local/HelmRelease/default/app');
    expect(release.body.spec!.values).toEqual({
      db: { password: '<withheld>', hosts: '<withheld>' },
      replicas: '<withheld>',
    });
    expect(release.body.source).toEqual({
      kind: 'HelmRepository',
      namespace: 'default',
      name: 'charts',
    });
    const source = await world.get(
      '/objects/local/GitRepository/default/private',
    );
    expect(source.body.spec!.url).toBe('https://git.example/game.git');
    expect(JSON.stringify([release.body, source.body])).not.toContain(SECRET);
  });

  it('warns of what the object says, and of what others know', async () => {
    world.put(
      kustomization('app', {
        spec: { validation: 'client', prune: undefined },
      }),
    );
    world.warnings.push({
      warningsFor: async key => [
        {
          path: 'spec.validation',
          code: 'droppedField',
          message: `${key.name}: dropped`,
          severity: 'warning',
          from: 'catalog',
        },
      ],
    });
    const { body } = await world.get(URL);
    expect(body.warnings).toMatchObject([
      { path: 'spec.prune', code: 'required', severity: 'error', from: 'home' },
      {
        path: 'spec.validation',
        code: 'unknownField',
        severity: 'warning',
        from: 'home',
      },
      { message: 'app: dropped', from: 'catalog' },
    ]);
  });

  it('tells what the queue knows', async () => {
    world.put(kustomization('app'));
    const id = 'local/kustomize.toolkit.fluxcd.io/Kustomization/default/app';
    world.work.set(id, {
      id,
      ...KEY,
      group: 'kustomize.toolkit.fluxcd.io',
      controller: 'kustomize',
      dueAt: null,
      failures: 3,
      lost: 0,
      wakeReason: 'spec changed',
      lastStartedAt: NOW,
      lastFinishedAt: NOW - 60_000,
      lastOutcome: 'retry',
      running: true,
    });
    const { body } = await world.get(URL);
    expect(body.queue).toEqual({
      running: true,
      failures: 3,
      wakeReason: 'spec changed',
      lastStartedAt: '2026-11-22T12:00:00.000Z',
      lastFinishedAt: '2026-11-22T11:59:00.000Z',
      lastOutcome: 'retry',
    });
  });

  it('says the same of what is not there and of what may not be seen', async () => {
    world.put(kustomization('app', { namespace: 'theirs' }));
    const there = '/objects/local/Kustomization/theirs/app';
    const missing = await world.get(there.replace('theirs', 'nobodys'));
    expect(missing.status).toBe(404);
    for (const decision of [onlyIn('mine'), { result: 'DENY' } as const]) {
      world.policy['gitops.object.read'] = decision;
      for (const suffix of ['', '/events']) {
        const hidden = await world.get(`${there}${suffix}`);
        expect(hidden.status).toBe(404);
        expect(hidden.body.error!.message.replace('theirs', 'nobodys')).toBe(
          missing.body.error!.message,
        );
      }
      for (const action of ['reconcile', 'suspend', 'resume']) {
        expect((await world.post(`${there}/${action}`)).status).toBe(404);
      }
    }
    expect(world.patches).toEqual([]);
  });

  it('shows nothing of neighbours that may not be seen', async () => {
    world.policy['gitops.object.read'] = onlyIn('default');
    world.put(
      kustomization('app', {
        spec: { dependsOn: [{ name: 'base', namespace: 'theirs' }] },
      }),
    );
    world.put(kustomization('base', { namespace: 'theirs' }));
    world.put(
      kustomization('after', {
        namespace: 'theirs',
        spec: { dependsOn: [{ name: 'app', namespace: 'default' }] },
      }),
    );
    const { body } = await world.get(URL);
    expect(body.dependsOn![1]).toEqual({
      kind: 'Kustomization',
      namespace: 'theirs',
      name: 'base',
      relation: 'dependsOn',
    });
    expect(body.dependants).toEqual([]);
  });

  it('tells what the caller may do', async () => {
    world.policy['gitops.object.reconcile'] = { result: 'DENY' };
    world.policy['gitops.object.suspend'] = onlyIn('default');
    world.put(kustomization('app'));
    expect((await world.get(URL)).body.may).toEqual({
      reconcile: false,
      suspend: true,
      delete: true,
    });
  });

  it.each([
    [
      '/objects/nowhere/Kustomization/default/app',
      404,
      'GITOPS_OBJECT_NOT_FOUND',
      'nowhere',
    ],
    [
      '/objects/local/Deployment/default/app',
      404,
      'GITOPS_OBJECT_NOT_FOUND',
      'Deployment',
    ],
    [
      '/objects/local/Kustomization/default/none',
      404,
      'GITOPS_OBJECT_NOT_FOUND',
      'Kustomization/default/none',
    ],
    [
      '/objects/local/Kustomization/default/a%2Fb',
      404,
      'GITOPS_OBJECT_NOT_FOUND',
      'a/b',
    ],
    [`${URL}?x=1`, 400, 'GITOPS_INVALID_REQUEST', "'x'"],
  ])('answers %s with %s', async (url, status, code, words) => {
    const answer = await world.get(url);
    expect(answer.status).toBe(status);
    expect(answer.body.error!.code).toBe(code);
    expect(answer.body.error!.message).toContain(words);
  });

  it('does not deny what a home that is down may hold', async () => {
    world.home().markFailed('connect ECONNREFUSED');
    const { status, body } = await world.get(URL);
    expect(status).toBe(503);
    expect(body.error).toMatchObject({ code: 'GITOPS_HOME_UNAVAILABLE' });
    expect(body.error!.message).toContain('connect ECONNREFUSED');
  });

  it('asks for a token', async () => {
    world.authorization = mockCredentials.none.header();
    for (const url of [
      '/objects',
      URL,
      `${URL}/events`,
      '/homes',
      '/changes',
    ]) {
      expect((await world.get(url)).status).toBe(401);
    }
    expect((await world.post(`${URL}/suspend`)).status).toBe(401);
  });

  it('keeps large integers on their way to the client', async () => {
    const object = kustomization('app');
    world.put({
      ...object,
      metadata: {
        ...object.metadata,
        generation: 9007199254740993n as unknown as number,
      },
    });
    const detail = await world.typedClient().getObject(KEY);
    expect(detail.metadata.generation).toBe(9007199254740993n);
  });

  it('tells no path of a webhook', async () => {
    const path = `/hook/${'a1'.repeat(32)}`;
    world.put({
      apiVersion: 'notification.toolkit.fluxcd.io/v1',
      kind: 'Receiver',
      metadata: { name: 'game', namespace: 'default', generation: 1 },
      spec: { type: 'generic', resources: [] },
      status: {
        observedGeneration: 1,
        webhookPath: path,
        conditions: [
          {
            ...{ type: 'Ready', status: 'True', reason: 'Succeeded' },
            message: `Receiver initialized for path: ${path}`,
            lastTransitionTime: '2026-11-22T11:00:00Z',
          },
        ],
      },
    } as GitopsObject);
    const { body } = await world.get('/objects/local/Receiver/default/game');
    expect(body.status?.sentence).toBe(
      'Receiver initialized for path: /hook/…',
    );
    expect(JSON.stringify(body)).not.toContain('a1a1');
    const list = await world.get('/objects');
    expect(JSON.stringify(list.body)).not.toContain('a1a1');
  });
});
