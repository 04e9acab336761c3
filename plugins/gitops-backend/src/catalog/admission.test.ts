import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { GitopsAnnotation } from '@backstage-gitops/plugin-gitops-common';
import { Knex } from 'knex';
import { migratedDatabases } from '../__testUtils__/databases';
import { Approval } from './Approval';
import { CatalogSide } from './createRegistrar';
import {
  app,
  CLAIM,
  FILE,
  GAME_APP,
  GITOPS,
  KUSTOMIZATION,
  registrarWorld,
} from './__testUtils__/registrarWorld';

jest.setTimeout(60_000);

describe('admission of registered manifests', () => {
  const database = migratedDatabases();
  const world = registrarWorld();
  const { delivered, grant, inHome, stateOf, register } = world;

  let knex: Knex;
  beforeEach(async () => {
    knex = await database('SQLITE_3');
  });

  it.each([
    [
      'a namespace outside the claim',
      GAME_APP.replace('name: game-app', 'name: game-app\n  namespace: prod'),
      {},
      'NamespaceNotClaimed',
      "'prod'",
    ],
    [
      'a ServiceAccount that is not the one of the claim',
      app('game-app', '  serviceAccountName: admin\n'),
      { serviceAccount: 'deployer' },
      'ServiceAccountNotClaimed',
      "'deployer'",
    ],
    ['an unknown home', GAME_APP, { home: 'prod' }, 'UnknownHome', "'prod'"],
    [
      'an owner that is not the one of the claim',
      GAME_APP.replace(
        'name: game-app',
        'name: game-app\n  annotations: {backstage-gitops.io/owner: group:default/other}',
      ),
      { owner: 'group:default/team' },
      'OwnerNotClaimed',
      "'group:default/team'",
    ],
    [
      'a delivery to another cluster',
      app('game-app', '  kubeConfig: {secretRef: {name: elsewhere}}\n'),
      {},
      'KubeConfigNotClaimed',
      'allowKubeConfig',
    ],
  ])('refuses %s', async (_, text, claim, code, message) => {
    const { side } = await register(knex, text, {
      ...GITOPS,
      homes: [{ name: 'demo', bare: true }, { name: 'prod' }],
      claims: [{ ...CLAIM, ...claim }],
    });
    const [registration] = await side.registrations.list();
    expect(registration).toMatchObject({
      state: 'Rejected',
      code,
      message: expect.stringContaining(message),
    });
    expect(await delivered()).toEqual([]);
  });

  it.each<[string[] | undefined, string, string, string]>([
    [['git.test'], 'http://git.test/x.git', '', 'Applied'],
    [['git.test'], 'ssh://git@git.test/x.git', '', 'Applied'],
    [['git.test'], 'https://evil.test/x.git', '', 'Rejected'],
    [['git.test'], 'https://git.test@evil.test/x.git', '', 'Rejected'],
    [['git.test'], 'https://git.test.evil.test/x.git', '', 'Rejected'],
    [undefined, 'https://any.test/x.git', '', 'Applied'],
    [undefined, 'https://git.test/x.git', 'secretRef: {name: s}', 'Applied'],
    [undefined, 'https://evil.test/x.git', 'secretRef: {name: s}', 'Rejected'],
    [
      undefined,
      'https://evil.test/x.git',
      'proxySecretRef: {name: s}',
      'Rejected',
    ],
    [
      ['evil.test'],
      'https://evil.test/x.git',
      'secretRef: {name: s}',
      'Applied',
    ],
  ])(
    'source hosts %s: %s with %s is %s',
    async (sourceHosts, url, more, state) => {
      const { side } = await register(
        knex,
        `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: repo}
spec: {interval: 1h, url: "${url}"${more && `, ${more}`}}
`,
        {
          ...GITOPS,
          claims: [{ ...CLAIM, ...(sourceHosts && { sourceHosts }) }],
        },
      );
      const [registration] = await side.registrations.list();
      expect(registration.state).toBe(state);
      await world.client.delete({
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        namespace: 'default',
        name: 'repo',
      });
    },
  );

  it('applies as the ServiceAccount of the claim, which needs the right to', async () => {
    const gitops = {
      ...GITOPS,
      claims: [
        { ...CLAIM, serviceAccount: 'deployer', owner: 'group:default/team' },
      ],
    };
    const { catalog, side } = await register(knex, GAME_APP, gitops);
    expect(await stateOf(side)).toMatchObject({
      state: 'Failed',
      code: 'ApplyFailed',
      message: expect.stringContaining(
        'system:serviceaccount:default:deployer',
      ),
    });
    await grant('deployer');
    catalog.time += 2_000;
    await side.registrar.run();
    expect(await stateOf(side)).toMatchObject({ state: 'Applied' });
    expect(await inHome()).toMatchObject({
      metadata: {
        annotations: { [GitopsAnnotation.owner]: 'group:default/team' },
      },
      spec: { serviceAccountName: 'deployer' },
    });
  });

  it('uses the credential of the portal only where the home allows it', async () => {
    await world.replaceHome({ allowPortalCredential: false });
    const { side } = await register(knex, GAME_APP);
    expect(await stateOf(side)).toMatchObject({
      state: 'Rejected',
      code: 'NoIdentity',
    });
  });

  it('writes nothing to a home that is observed', async () => {
    await world.replaceHome({ mode: 'observe' });
    const { side } = await register(knex, GAME_APP);
    expect(await stateOf(side)).toMatchObject({
      state: 'Rejected',
      code: 'HomeObserved',
    });
    expect(await inHome()).toBeUndefined();
  });

  it('leaves an object to the Kustomization that delivers it', async () => {
    await world.client.apply(
      {
        apiVersion: KUSTOMIZATION,
        kind: 'Kustomization',
        metadata: {
          name: 'game-app',
          namespace: 'default',
          labels: {
            'kustomize.toolkit.fluxcd.io/name': 'root',
            'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
          },
        },
        spec: {
          interval: '1h',
          prune: false,
          sourceRef: { kind: 'GitRepository', name: 'other' },
        },
      },
      { fieldManager: 'test', force: true },
    );
    const { side } = await register(knex, GAME_APP);
    expect(await stateOf(side)).toMatchObject({
      state: 'Rejected',
      code: 'ManagedElsewhere',
      message: expect.stringContaining('flux-system/root'),
    });
    expect((await inHome())?.spec).toMatchObject({ prune: false });
  });

  it('takes nothing into the home that only the portal may say', async () => {
    const { side } = await register(
      knex,
      GAME_APP.replace(
        'name: game-app',
        `name: game-app
  finalizers: [evil]
  annotations:
    ${GitopsAnnotation.approvedPrune}: forged
    ${GitopsAnnotation.registration}: forged
    backstage-gitops.io/owner: team`,
      ),
    );
    expect(await stateOf(side)).toMatchObject({ state: 'Applied' });
    const object: KubernetesObject | undefined = await inHome();
    expect(object?.metadata.finalizers).toBeUndefined();
    expect(JSON.stringify(object?.metadata.annotations)).not.toContain(
      'forged',
    );
    expect(object?.metadata.annotations).toMatchObject({
      'backstage-gitops.io/owner': 'team',
    });
    expect((await stateOf(side))?.warnings?.map(({ code }) => code)).toContain(
      'reservedAnnotation',
    );
  });

  it('shows what is wrong in the file beside the manifest', async () => {
    const { side } = await register(
      knex,
      `${GAME_APP}---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {p: canary}\n---\n${GAME_APP}`,
    );
    const registration = await stateOf(side);
    expect(registration?.state).toBe('Applied');
    expect(registration?.warnings?.map(({ code }) => code)).toEqual([
      'droppedField',
      'foreignDocument',
      'duplicateName',
    ]);
    expect(JSON.stringify(await knex('gitops_registrations'))).not.toContain(
      'canary',
    );
  });

  const APPROVAL: Approval = {
    decision: 'approved',
    location: `url:${FILE}`,
    digest: '',
    home: 'demo',
    serviceAccount: 'deployer',
    sourceHosts: [],
    actor: 'user:default/ada',
    decidedAt: Date.UTC(2026, 10, 22),
  };

  async function decide(side: CatalogSide, approval: Partial<Approval> = {}) {
    const [registration] = await side.registrations.list();
    await side.approvals.set(registration.entityRef, {
      ...APPROVAL,
      digest: registration.digest,
      ...approval,
    });
    await side.registrations.wake([registration.location]);
    await side.registrar.run();
  }

  it('lets in what somebody approved, edits included, and survives the loss of the database', async () => {
    await grant('deployer');
    const { catalog, side } = await register(knex, GAME_APP, {
      ...GITOPS,
      claims: [],
    });
    expect(await stateOf(side)).toMatchObject({ state: 'PendingApproval' });
    await decide(side);
    expect(await stateOf(side)).toMatchObject({ state: 'Applied' });
    expect(await inHome()).toMatchObject({
      metadata: {
        annotations: {
          [GitopsAnnotation.approval]: expect.stringContaining('ada'),
        },
      },
      spec: { serviceAccountName: 'deployer' },
    });
    catalog.files.set(FILE, GAME_APP.replace('5m0s', '7m0s'));
    await catalog.refresh();
    await side.registrar.run();
    expect((await inHome())?.spec).toMatchObject({ interval: '7m0s' });

    const fresh = await database('SQLITE_3');
    const there = await inHome();
    world.home.cache.set(there!, []);
    const restored = catalog.registrar(fresh, [world.home]);
    await restored.registrar.run();
    expect(await stateOf(restored)).toMatchObject({ state: 'Applied' });
    expect(
      await restored.approvals.get('kustomization:default/game-app'),
    ).toMatchObject({ actor: 'user:default/ada', serviceAccount: 'deployer' });
  });

  it('holds what was approved to the ServiceAccount and the hosts that were looked at', async () => {
    const { side } = await register(
      knex,
      app('game-app', '  serviceAccountName: admin\n'),
      { ...GITOPS, claims: [] },
    );
    await decide(side);
    expect(await stateOf(side)).toMatchObject({
      state: 'Rejected',
      code: 'ServiceAccountNotClaimed',
    });
    expect(await delivered()).toEqual([]);
  });

  it('refuses what somebody rejected until it is edited', async () => {
    const { catalog, side } = await register(knex, GAME_APP, {
      ...GITOPS,
      claims: [],
    });
    await decide(side, { decision: 'rejected', reason: 'not yours' });
    expect(await stateOf(side)).toMatchObject({
      state: 'Rejected',
      code: 'ApprovalRefused',
      message: expect.stringMatching(/ada.*not yours/),
    });
    catalog.files.set(FILE, GAME_APP.replace('5m0s', '7m0s'));
    await catalog.refresh();
    await side.registrar.run();
    expect(await stateOf(side)).toMatchObject({ state: 'PendingApproval' });
  });

  it('does not let an approval outrank the claims of app-config', async () => {
    const { side } = await register(knex, GAME_APP, {
      ...GITOPS,
      claims: [{ ...CLAIM, namespaces: ['other'] }],
    });
    await decide(side);
    expect(await stateOf(side)).toMatchObject({
      state: 'Rejected',
      code: 'NamespaceNotClaimed',
    });
  });
});
