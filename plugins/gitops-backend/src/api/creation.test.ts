import { KubernetesApiError } from '@backstage-gitops/kubernetes-apply';
import { Claim } from '@backstage-gitops/plugin-gitops-node';
import { ApiWorld } from './__testUtils__/ApiWorld';
import { onlyIn } from './__testUtils__/policy';

const PERMISSION = 'gitops.object.create';
const CLAIM: Claim = {
  location: { host: 'git.test' },
  home: 'local',
  namespaces: ['shop'],
  serviceAccount: 'deployer',
  owner: 'group:default/shop',
};

const repository = (spec: object = {}, metadata: object = {}) => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1beta2',
  kind: 'GitRepository',
  metadata: { name: 'shop', namespace: 'shop', ...metadata },
  spec: { interval: '5m', url: 'https://git.test/shop.git', ...spec },
});
const kustomization = (spec: object = {}) => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: 'shop', namespace: 'shop' },
  spec: {
    interval: '5m',
    prune: true,
    sourceRef: { kind: 'GitRepository', name: 'shop' },
    ...spec,
  },
});

let world: ApiWorld;
beforeEach(() => {
  world = new ApiWorld({ local: 'reconcile', edge: 'observe' });
  world.claims.push(CLAIM);
});

const create = (manifest: object, more: object = {}) =>
  world.post('/objects', { home: 'local', manifest, ...more });

describe('POST /objects', () => {
  it('makes what a claim admits, as its ServiceAccount, on record', async () => {
    const { status, body } = await create(kustomization());
    expect(status).toBe(200);
    expect(body).toMatchObject({
      key: { home: 'local', kind: 'Kustomization', namespace: 'shop' },
      manifest: { spec: { serviceAccountName: 'deployer' } },
      dryRun: false,
    });
    expect(world.creations).toEqual([
      expect.objectContaining({
        home: 'local',
        as: 'system:serviceaccount:shop:deployer',
        options: { fieldManager: 'backstage-gitops-portal', dryRun: undefined },
      }),
    ]);
    expect(world.creations[0].object.metadata.annotations).toEqual({
      'backstage-gitops.io/owner': 'group:default/shop',
      'backstage-gitops.io/actor': 'user:default/ada',
    });
    expect(world.audited).toEqual([
      {
        created: { eventId: 'object-change', actionType: 'create' },
        end: 'success',
        meta: expect.objectContaining({ kind: 'Kustomization', name: 'shop' }),
      },
    ]);
  });

  it('tells the entity that it gets', async () => {
    const summaryOf = world.index.summaryOf.bind(world.index);
    jest.spyOn(world.index, 'summaryOf').mockImplementation((home, object) => ({
      ...summaryOf(home, object),
      entityRef: `kustomization:shop/${object.metadata.name}_${home.name}`,
    }));
    const { body } = await create(kustomization());
    expect(body.entityRef).toBe('kustomization:shop/shop_local');
  });

  it('converts old versions, and tries without making anything', async () => {
    const { body } = await create(repository(), { dryRun: true });
    expect(body).toMatchObject({
      manifest: { apiVersion: 'source.toolkit.fluxcd.io/v1' },
      dryRun: true,
    });
    expect(world.creations[0].options).toMatchObject({ dryRun: true });
  });

  it.each<[string, object, object, string]>([
    [
      'a namespace that no claim is for',
      repository({}, { namespace: 'other' }),
      {},
      "no claim in app-config (gitops.claims) is for namespace 'other'",
    ],
    [
      'a Secret for a host that the claim does not name',
      repository({ url: 'https://evil.test/x', secretRef: { name: 's' } }),
      {},
      "'evil.test'",
    ],
    [
      'another ServiceAccount',
      kustomization({ serviceAccountName: 'admin' }),
      {},
      "'deployer'",
    ],
    [
      'a delivery to another cluster',
      kustomization({ kubeConfig: { secretRef: { name: 'k' } } }),
      {},
      'allowKubeConfig',
    ],
    [
      'another owner',
      repository(
        {},
        { annotations: { 'backstage-gitops.io/owner': 'group:default/evil' } },
      ),
      {},
      "'group:default/shop'",
    ],
  ])('refuses %s', async (_, manifest, more, words) => {
    const { status, body } = await create(manifest, more);
    expect(status).toBe(403);
    expect(body.error?.code).toBe('GITOPS_NOT_CLAIMED');
    expect(body.error?.message).toContain(words);
    expect(world.creations).toEqual([]);
  });

  it('takes the claim that fits, where there are several', async () => {
    world.claims.push({ ...CLAIM, serviceAccount: 'other' });
    await create(kustomization({ serviceAccountName: 'other' }));
    expect(world.creations[0].as).toBe('system:serviceaccount:shop:other');
  });

  it('needs the permission, for this place', async () => {
    world.policy[PERMISSION] = onlyIn('other');
    const { status, body } = await create(repository());
    expect(status).toBe(403);
    expect(body.error?.message).toContain(PERMISSION);
    world.policy[PERMISSION] = { result: 'DENY' };
    const unclaimed = await create(repository({}, { namespace: 'other' }));
    expect(unclaimed.body.error?.message).toContain(PERMISSION);
    world.policy[PERMISSION] = onlyIn('shop');
    expect((await create(repository())).status).toBe(200);
  });

  it('says what is wrong with the manifest', async () => {
    const { status, body } = await create(repository({ interval: 'soon' }));
    expect(status).toBe(400);
    expect(body.error?.message).toContain('spec.interval');
  });

  it('takes no name that is taken', async () => {
    world.refusal = new KubernetesApiError({
      status: 409,
      reason: 'AlreadyExists',
      apiMessage: 'exists',
      where: 'create GitRepository/shop/shop',
      server: 'https://home.example',
    });
    const { status, body } = await create(repository());
    expect(status).toBe(409);
    expect(body.error?.code).toBe('GITOPS_EXISTS');
  });

  it('makes nothing in homes that are not reconciled, or not there', async () => {
    expect((await create(repository(), { home: 'edge' })).status).toBe(409);
    expect((await create(repository(), { home: 'none' })).status).toBe(404);
    expect(world.creations).toEqual([]);
  });

  it.each([
    {},
    { home: 'local' },
    { home: 'local', manifest: 'text' },
    { home: 'local', manifest: { ...repository(), spec: undefined } },
    { home: 'local', manifest: repository({}, { name: '' }) },
    { home: 'local', manifest: repository(), dryRun: 'yes' },
    { home: 'local', manifest: repository(), force: true },
  ])('refuses the body %j', async body => {
    expect((await world.post('/objects', body)).status).toBe(400);
    expect(world.creations).toEqual([]);
  });
});
