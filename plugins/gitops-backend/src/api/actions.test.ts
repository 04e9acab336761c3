import { mockCredentials } from '@backstage/backend-test-utils';
import {
  ConflictError,
  ConnectionError,
  KubernetesApiError,
} from '@backstage-gitops/kubernetes-apply';
import { ApiWorld } from './__testUtils__/ApiWorld';
import { gitRepository, kustomization } from './__testUtils__/objects';
import { onlyIn } from './__testUtils__/policy';

const URL = '/objects/local/Kustomization/default/app';

let world: ApiWorld;
beforeEach(() => {
  world = new ApiWorld({ local: 'observe' });
});

describe('POST …/reconcile', () => {
  it('sets the annotation that Flux and the portal answer to', async () => {
    world.put(kustomization('app'));
    const { status, body } = await world.post(`${URL}/reconcile`);
    expect(status).toBe(200);
    expect(body.key).toMatchObject({ home: 'local', name: 'app' });
    expect(world.patches).toEqual([
      {
        home: 'local',
        ref: {
          apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
          kind: 'Kustomization',
          namespace: 'default',
          name: 'app',
        },
        options: {
          type: 'merge',
          fieldManager: 'backstage-gitops-portal',
          body: {
            metadata: {
              uid: 'uid-default-app',
              annotations: {
                'reconcile.fluxcd.io/requestedAt': '2026-11-22T12:00:00.000Z',
              },
            },
          },
        },
      },
    ]);
  });

  it('never repeats the value of the last request', async () => {
    world.put(
      kustomization('app', {
        annotations: {
          'reconcile.fluxcd.io/requestedAt': '2026-11-22T12:00:00.000Z',
        },
      }),
    );
    await world.post(`${URL}/reconcile`, {});
    expect(world.patches[0].options.body).toMatchObject({
      metadata: {
        annotations: {
          'reconcile.fluxcd.io/requestedAt': '2026-11-22T12:00:00.000001Z',
        },
      },
    });
  });

  it('asks the source first', async () => {
    world.put(kustomization('app'));
    world.put(gitRepository('game-repo'));
    await world.post(`${URL}/reconcile`, { withSource: true });
    expect(world.patches.map(({ ref }) => ref.kind)).toEqual([
      'GitRepository',
      'Kustomization',
    ]);
  });

  it.each([
    [
      'the object',
      () => [
        kustomization('app', { word: 'Suspended' }),
        gitRepository('game-repo'),
      ],
      'Kustomization/default/app',
    ],
    [
      'its source',
      () => [
        kustomization('app'),
        gitRepository('game-repo', { spec: { suspend: true } }),
      ],
      'GitRepository/default/game-repo',
    ],
  ])(
    'refuses while %s is suspended, and writes nothing',
    async (_, objects, named) => {
      objects().forEach(object => world.put(object));
      const { status, body } = await world.post(`${URL}/reconcile`, {
        withSource: true,
      });
      expect(status).toBe(409);
      expect(body.error!.code).toBe('GITOPS_SUSPENDED');
      expect(body.error!.message).toContain(`${named} is suspended`);
      expect(world.patches).toEqual([]);
    },
  );

  it('says that the source is missing', async () => {
    world.put(kustomization('app'));
    const { status, body } = await world.post(`${URL}/reconcile`, {
      withSource: true,
    });
    expect(status).toBe(404);
    expect(body.error!.message).toContain(
      'it is the source of Kustomization/default/app',
    );
    expect(world.patches).toEqual([]);
  });

  it('refuses what only holds settings', async () => {
    world.put({
      apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
      kind: 'Provider',
      metadata: { name: 'chat', namespace: 'default' },
      spec: { type: 'slack' },
    });
    const { status, body } = await world.post(
      '/objects/local/Provider/default/chat/reconcile',
    );
    expect([status, body.error!.code]).toEqual([409, 'GITOPS_NOT_SUPPORTED']);
  });

  it('needs the permission on the source as well', async () => {
    world.put(
      kustomization('app', {
        spec: {
          sourceRef: {
            kind: 'GitRepository',
            name: 'shared',
            namespace: 'platform',
          },
        },
      }),
    );
    world.put(gitRepository('shared', { namespace: 'platform' }));
    world.policy['gitops.object.reconcile'] = onlyIn('default');
    const refused = await world.post(`${URL}/reconcile`, { withSource: true });
    expect(refused.status).toBe(403);
    expect(refused.body.error!.message).toContain('gitops.object.reconcile');
    expect(refused.body.error!.message).toContain(
      'GitRepository/platform/shared',
    );
    expect(world.patches).toEqual([]);
    expect((await world.post(`${URL}/reconcile`)).status).toBe(200);
  });
});

describe('POST …/suspend and …/resume', () => {
  it('suspends with actor and reason, and answers with the row as it is then', async () => {
    world.put(kustomization('app'));
    const { status, body } = await world.post(`${URL}/suspend`, {
      reason: 'Freeze',
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      suspended: true,
      status: { word: 'Suspended' },
    });
    expect(world.patches[0].options).toEqual({
      type: 'merge',
      fieldManager: 'backstage-gitops-portal',
      body: {
        metadata: {
          uid: 'uid-default-app',
          annotations: {
            'backstage-gitops.io/actor': 'user:default/ada',
            'backstage-gitops.io/suspend-reason': 'Freeze',
          },
        },
        spec: { suspend: true },
      },
    });
  });

  it('shows who suspended it and why, and not as annotations', async () => {
    world.put(
      kustomization('app', {
        word: 'Suspended',
        annotations: {
          'backstage-gitops.io/actor': 'user:default/ada',
          'backstage-gitops.io/suspend-reason': 'Freeze',
        },
      }),
    );
    const { body } = await world.get(URL);
    expect(body.suspension).toEqual({
      actor: 'user:default/ada',
      reason: 'Freeze',
    });
    expect(body.metadata!.annotations).toEqual({});
  });

  it('resumes by taking the field away, whoever set it', async () => {
    world.put(
      kustomization('app', {
        word: 'Suspended',
        annotations: { 'backstage-gitops.io/suspend-reason': 'Freeze' },
      }),
    );
    const { body } = await world.post(`${URL}/resume`);
    expect(body).toMatchObject({ suspended: false, status: { word: 'Ready' } });
    expect(world.patches[0].options.body).toMatchObject({
      metadata: { annotations: { 'backstage-gitops.io/suspend-reason': null } },
      spec: { suspend: null },
    });
  });

  it('suspends an ArtifactGenerator by its annotation', async () => {
    world.put({
      apiVersion: 'source.extensions.fluxcd.io/v1beta1',
      kind: 'ArtifactGenerator',
      metadata: { name: 'app', namespace: 'default' },
      spec: { sources: [], artifacts: [] },
    });
    const url = '/objects/local/ArtifactGenerator/default/app';
    expect((await world.post(`${url}/suspend`)).body).toMatchObject({
      suspended: true,
    });
    expect(world.patches[0].options.body).toMatchObject({
      metadata: {
        annotations: { 'source.extensions.fluxcd.io/reconcile': 'disabled' },
      },
    });
    expect(world.patches[0].options.body).not.toHaveProperty('spec');
  });

  it('refuses a kind that cannot be suspended', async () => {
    world.put({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'ExternalArtifact',
      metadata: { name: 'app', namespace: 'default' },
      spec: {},
    });
    const { status, body } = await world.post(
      '/objects/local/ExternalArtifact/default/app/suspend',
    );
    expect([status, body.error!.code]).toEqual([409, 'GITOPS_NOT_SUPPORTED']);
  });

  it('names the permission that is missing', async () => {
    world.put(kustomization('app'));
    world.policy['gitops.object.suspend'] = { result: 'DENY' };
    for (const action of ['suspend', 'resume']) {
      const { status, body } = await world.post(`${URL}/${action}`);
      expect(status).toBe(403);
      expect(body.error).toMatchObject({ code: 'GITOPS_NOT_ALLOWED' });
      expect(body.error!.message).toContain('gitops.object.suspend');
    }
    expect(world.patches).toEqual([]);
  });
});

describe('actions', () => {
  it('are on record with what became of them', async () => {
    world.put(kustomization('app'));
    await world.typedClient().suspendObject(
      {
        home: 'local',
        kind: 'Kustomization',
        namespace: 'default',
        name: 'app',
      },
      { reason: 'Freeze' },
    );
    world.policy['gitops.object.reconcile'] = { result: 'DENY' };
    await world.post(`${URL}/reconcile`, { withSource: true });
    await world.post(`${URL}/resume`, { force: true });
    const created = (actionType: string) => ({
      eventId: 'object-change',
      actionType,
      home: 'local',
      kind: 'Kustomization',
      namespace: 'default',
      name: 'app',
    });
    expect(world.audited).toMatchObject([
      {
        created: created('suspend'),
        end: 'success',
        meta: { reason: 'Freeze' },
      },
      {
        created: created('reconcile'),
        end: 'fail',
        error: { code: 'GITOPS_NOT_ALLOWED' },
      },
      {
        created: created('resume'),
        end: 'fail',
        error: { code: 'GITOPS_INVALID_REQUEST' },
      },
    ]);
  });

  it('name a service as the actor where a service acts', async () => {
    world.authorization = mockCredentials.service.header({
      onBehalfOf: mockCredentials.service('plugin:scaffolder'),
      targetPluginId: 'test',
    });
    world.put(kustomization('app'));
    await world.post(`${URL}/suspend`);
    expect(world.patches[0].options.body).toMatchObject({
      metadata: {
        annotations: {
          'backstage-gitops.io/actor': 'service:plugin:scaffolder',
          'backstage-gitops.io/suspend-reason': null,
        },
      },
    });
  });

  it('fail with the error of a home that is down', async () => {
    world.put(kustomization('app'));
    world.home().markFailed('connect ECONNREFUSED');
    for (const action of ['reconcile', 'suspend', 'resume']) {
      const { status, body } = await world.post(`${URL}/${action}`);
      expect(status).toBe(503);
      expect(body.error!.message).toContain('connect ECONNREFUSED');
    }
    expect(world.patches).toEqual([]);
  });

  const refused = (status: number, reason: string) =>
    new KubernetesApiError({
      status,
      reason,
      where: 'patch Kustomization/default/app',
      server: 'https://home.example',
      apiMessage: 'no',
    });
  it.each([
    ['it is gone', refused(404, 'NotFound'), 404, 'GITOPS_OBJECT_NOT_FOUND'],
    [
      'it is another one by now',
      new ConflictError({
        status: 409,
        reason: 'Conflict',
        where: 'patch',
        server: 's',
        apiMessage: 'uid differs',
      }),
      409,
      'GITOPS_CONFLICT',
    ],
    [
      "the portal's credential may not",
      refused(403, 'Forbidden'),
      502,
      'GITOPS_HOME_REFUSED',
    ],
    [
      "the portal's credential is refused",
      refused(401, 'Unauthorized'),
      502,
      'GITOPS_HOME_REFUSED',
    ],
    ['a webhook refuses', refused(422, 'Invalid'), 502, 'GITOPS_HOME_REFUSED'],
    [
      'the API server is down',
      refused(503, 'ServiceUnavailable'),
      503,
      'GITOPS_HOME_UNAVAILABLE',
    ],
    [
      'the connection breaks',
      new ConnectionError({
        where: 'patch',
        server: 'https://home.example',
        cause: new Error('ECONNRESET'),
      }),
      503,
      'GITOPS_HOME_UNAVAILABLE',
    ],
  ])('say so when %s', async (_, error, status, code) => {
    world.put(kustomization('app'));
    world.refusal = error;
    const answer = await world.post(`${URL}/suspend`);
    expect([answer.status, answer.body.error!.code]).toEqual([status, code]);
  });

  it.each([
    ['suspend', { reason: 'x'.repeat(501) }, "'reason'"],
    ['suspend', { reason: 7 }, "'reason'"],
    ['suspend', { until: 'tomorrow' }, "'until'"],
    ['reconcile', { withSource: 'yes' }, "'withSource'"],
    ['reconcile', [], 'object'],
    ['resume', { reason: 'x' }, "'reason'"],
  ])('refuse %s with the body %j', async (action, sent, words) => {
    world.put(kustomization('app'));
    const { status, body } = await world.post(`${URL}/${action}`, sent);
    expect([status, body.error!.code]).toEqual([400, 'GITOPS_INVALID_REQUEST']);
    expect(body.error!.message).toContain(words);
    expect(world.patches).toEqual([]);
  });

  it('refuse a body that is too large', async () => {
    world.put(kustomization('app'));
    const { status, body } = await world.post(`${URL}/suspend`, {
      reason: 'x'.repeat(20_000),
    });
    expect([status, body.error!.code]).toEqual([413, 'GITOPS_BODY_TOO_LARGE']);
  });

  it.each([
    ['application/json', '{"reason": hunter2}', 'not JSON'],
    ['text/plain', '{"reason":"hunter2"}', 'Content-Type'],
  ])(
    'refuse a body of %s that cannot be read, without repeating it',
    async (type, text, words) => {
      world.put(kustomization('app'));
      const { status, body } = await world.postText(
        `${URL}/suspend`,
        type,
        text,
      );
      expect(status).toBe(400);
      expect(body.error?.message).toContain(words);
      expect(JSON.stringify(body)).not.toContain('hunter2');
    },
  );

  it('take no parameters', async () => {
    world.put(kustomization('app'));
    expect((await world.post(`${URL}/suspend?reason=x`)).status).toBe(400);
  });
});
