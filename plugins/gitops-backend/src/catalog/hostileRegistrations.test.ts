import { mockServices } from '@backstage/backend-test-utils';
import { createClusterClient } from '@backstage-gitops/kubernetes-apply';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { gitopsKinds } from '@backstage-gitops/plugin-gitops-common';
import { KubeConfig } from '@kubernetes/client-node';
import { Knex } from 'knex';
import { World } from '../__testUtils__/world';
import { Home } from '../homes/Home';
import { installCrds } from '../homes/installCrds';
import {
  CatalogBackend,
  startCatalogBackend,
} from './__testUtils__/catalogBackend';

jest.setTimeout(120_000);

const CANARY = 'canary-9f27c1';

const repository = (name: string, metadata = '', spec = '') =>
  `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: ${name}${metadata && `, ${metadata}`}}
spec: {interval: 1h, url: "https://user:${CANARY}@git.test/x.git"${spec && `, ${spec}`}}
`;
const kustomization = (name: string, spec = '') =>
  `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}}
spec:
  interval: 1h
  prune: true
  sourceRef: {kind: GitRepository, name: good}
  postBuild: {substitute: {token: ${CANARY}}}
  patches: [{patch: "password: ${CANARY}", target: {kind: Secret}}]
${spec}`;
const secret = `apiVersion: v1
kind: Secret
metadata: {name: credentials}
stringData: {password: ${CANARY}}
---
apiVersion: v1
kind: Namespace
metadata: {name: mine, annotations: {note: ${CANARY}}}
`;
const release = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: release
  annotations: {kubectl.kubernetes.io/last-applied-configuration: '{"a":"${CANARY}"}'}
spec:
  interval: 1h
  chart: {spec: {chart: x, sourceRef: {kind: HelmRepository, name: charts}}}
  values:
    password: ${CANARY}
    Password: other-${CANARY}
    __proto__: {polluted: ${CANARY}}
    file: {$text: "https://evil.test/${CANARY}"}
    data: {$json: ./${CANARY}.json}
status: {conditions: [{type: Ready, message: ${CANARY}}]}
`;

/** File (at its ref), and what whoever registered it is told. */
const FILES: Record<string, { text: string; ref?: string; told: RegExp }> = {
  'good.yaml': {
    text: `${repository('good')}---\n${secret}---\n${release}`,
    told: /^Applied$/,
  },
  'namespace.yaml': {
    text: repository(
      'thief',
      'namespace: prod',
      'secretRef: {name: prod-credentials}',
    ),
    told: /^Rejected NamespaceNotClaimed .*'prod'/,
  },
  'secret-to-own-host.yaml': {
    text: repository('sender', '', 'secretRef: {name: credentials}').replace(
      'git.test',
      'evil.test',
    ),
    told: /^Rejected SourceHostNotClaimed .*'evil\.test'/,
  },
  'branch.yaml': {
    text: repository('unreviewed'),
    ref: 'feature',
    told: /^PendingApproval NoClaim /,
  },
  'owner.yaml': {
    text: repository(
      'spoof',
      'annotations: {backstage-gitops.io/owner: group:default/other}',
    ),
    told: /^Rejected OwnerNotClaimed .*group:default\/other/,
  },
  'anonymous.yaml': {
    text: repository('anonymous', 'namespace: anonymous'),
    told: /^Rejected NoIdentity /,
  },
  'kubeconfig.yaml': {
    text: kustomization(
      'elsewhere',
      '  kubeConfig: {secretRef: {name: other-cluster}}\n',
    ),
    told: /^Rejected KubeConfigNotClaimed /,
  },
  'service-account.yaml': {
    text: kustomization('admin', '  serviceAccountName: cluster-admin\n'),
    told: /^Rejected ServiceAccountNotClaimed /,
  },
  'long.yaml': {
    text: repository('n'.repeat(64)),
    told: /^EntityRejected .*64 characters/,
  },
  'rendered.yaml': {
    text: repository('rendered'),
    told: /^Rejected ManagedElsewhere .*parent/,
  },
  'annotated.yaml': {
    text: repository(
      'forged',
      `annotations: {backstage-gitops.io/approval: '{"decision":"approved"}', backstage-gitops.io/registration: "x#0", backstage-gitops.io/approved-prune: x}`,
    ),
    told: /^Applied reservedAnnotation reservedAnnotation reservedAnnotation$/,
  },
  'rule.yaml': {
    text: `${repository('neighbour')}---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: admins}
spec: {type: team, children: [], members: [guest]}
`,
    told: /^FileRejected group:default\/admins is of no kind/,
  },
};

/** A ServiceAccount that may write GitOps objects of `default`. */
const IDENTITY = [
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'deployer', namespace: 'default' },
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'deployer', namespace: 'default' },
    rules: [
      {
        apiGroups: [
          'source.toolkit.fluxcd.io',
          'kustomize.toolkit.fluxcd.io',
          'helm.toolkit.fluxcd.io',
        ],
        resources: ['*'],
        verbs: ['get', 'create', 'patch'],
      },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'deployer', namespace: 'default' },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'Role',
      name: 'deployer',
    },
    subjects: [
      { kind: 'ServiceAccount', name: 'deployer', namespace: 'default' },
    ],
  },
];

/** An object that a Kustomization delivers. */
const RENDERED = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: {
    name: 'rendered',
    namespace: 'default',
    labels: {
      'kustomize.toolkit.fluxcd.io/name': 'parent',
      'kustomize.toolkit.fluxcd.io/namespace': 'default',
    },
  },
  spec: { interval: '1h', url: 'https://git.test/x.git' },
};

describe('hostile registrations', () => {
  let world: World;
  let home: Home;
  let backend: CatalogBackend;
  const logger = mockServices.logger.mock();

  beforeAll(async () => {
    world = await World.start();
    const { client, sandbox } = world;
    await installCrds({ client, kinds: gitopsKinds, logger });
    for (const namespace of ['prod', 'anonymous']) {
      await world.apply({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: namespace },
      });
    }
    for (const object of IDENTITY) {
      await world.apply(object);
    }
    await world.apply(RENDERED);
    await sandbox.git.createRepository(
      'team/game',
      textsOf(({ ref }) => !ref),
    );
    await sandbox.git.commit('team/game', {
      branch: 'feature',
      message: 'Not reviewed',
      files: textsOf(({ ref }) => ref === 'feature'),
    });
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromString(sandbox.kubernetes.kubeconfig);
    home = new Home({
      name: 'demo',
      mode: 'reconcile',
      client: createClusterClient({ kubeConfig }),
      allowPortalCredential: false,
    });
    const { host } = new URL(sandbox.git.url);
    const claim = {
      location: { host, repository: 'team/game', ref: 'main' },
      home: 'demo',
      owner: 'group:default/team',
      sourceHosts: ['git.test'],
    };
    backend = await startCatalogBackend({
      homes: [home],
      hosts: [host],
      logger,
      gitops: {
        homes: [{ name: 'demo', bare: true }],
        catalog: { rawHosts: [host] },
        claims: [
          { ...claim, namespaces: ['default'], serviceAccount: 'deployer' },
          { ...claim, namespaces: ['anonymous'] },
        ],
      },
      catalog: {
        rules: [
          { allow: ['Location', ...gitopsKinds.map(({ kind }) => kind)] },
        ],
        locations: Object.keys(FILES).map(file => ({
          type: 'url',
          target: addressOf(file),
        })),
      },
    });
  });
  afterAll(async () => {
    await backend?.stop();
    await home?.client.close();
    await world?.stop();
  });

  function textsOf(
    filter: (file: (typeof FILES)[string]) => boolean,
  ): Record<string, string> {
    return Object.fromEntries(
      Object.entries(FILES)
        .filter(([, file]) => filter(file))
        .map(([name, { text }]) => [name, text]),
    );
  }

  function addressOf(file: string): string {
    const { ref = 'main' } = FILES[file];
    return `${world.sandbox.git.url}/raw/team/game/${ref}/${file}`;
  }

  /** What the list of registrations, or that of the catalog's errors, says of a file. */
  async function toldOf(file: string): Promise<string | undefined> {
    const location = `url:${addressOf(file)}`;
    const errors = await backend.side.errors.list();
    const error = errors.find(known => known.location === location);
    if (error) {
      return `${error.code} ${error.message}`;
    }
    const registrations = await backend.side.registrations.list();
    const found = registrations.find(known => known.location === location);
    return (
      found?.state &&
      [
        found.state,
        found.code,
        found.message,
        ...found.warnings
          .filter(({ code }) => code === 'reservedAnnotation')
          .map(({ code }) => code),
      ]
        .filter(Boolean)
        .join(' ')
    );
  }

  it('are refused with the reason, each alone, and tell no secret to anybody', async () => {
    const deadline = Date.now() + 90_000;
    const told: Record<string, string | undefined> = {};
    do {
      await backend.side.registrar.run();
      for (const file of Object.keys(FILES)) {
        told[file] = await toldOf(file);
      }
    } while (
      Object.entries(FILES).some(
        ([file, expected]) => !expected.told.test(told[file] ?? ''),
      ) &&
      Date.now() < deadline
    );
    for (const [file, expected] of Object.entries(FILES)) {
      expect({ [file]: told[file] }).toEqual({
        [file]: expect.stringMatching(expected.told),
      });
    }

    const delivered = await world.client.list<KubernetesObject>({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
    });
    expect(delivered.items.map(({ metadata }) => metadata.name).sort()).toEqual(
      ['forged', 'good', 'rendered'],
    );
    expect(
      (await world.client.list({ apiVersion: 'v1', kind: 'Namespace' })).items,
    ).not.toContainEqual(
      expect.objectContaining({
        metadata: expect.objectContaining({ name: 'mine' }),
      }),
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    const entities = await backend.entities();
    expect(entities.length).toBeGreaterThan(Object.keys(FILES).length);
    expect(JSON.stringify(entities)).not.toContain(CANARY);
    expect(JSON.stringify(await dump(backend.database))).not.toContain(CANARY);
    const logged = [logger.debug, logger.info, logger.warn, logger.error];
    expect(
      JSON.stringify(logged.flatMap(({ mock }) => mock.calls)),
    ).not.toContain(CANARY);
  });
});

/** All rows of all tables of the plugin. */
async function dump(database: Knex): Promise<object[]> {
  const tables: { name: string }[] = await database('sqlite_master')
    .where({ type: 'table' })
    .select('name');
  const rows: object[] = [];
  for (const { name } of tables) {
    rows.push(...(await database(name).select()));
  }
  return rows;
}
