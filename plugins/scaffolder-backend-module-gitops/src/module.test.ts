import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
  TestBackend,
} from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  AuthorizeResult,
  DefinitivePolicyDecision,
} from '@backstage/plugin-permission-common';
import scaffolderPlugin from '@backstage/plugin-scaffolder-backend';
import {
  ClusterClient,
  createClusterClient,
  loadKubeConfig,
} from '@backstage-gitops/kubernetes-apply';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { crdOf, gitopsKinds } from '@backstage-gitops/plugin-gitops-common';
// The test runs both; the module itself knows the plugin by HTTP alone.
// eslint-disable-next-line @backstage/no-mixed-plugin-imports
import gitopsPlugin from '@backstage-gitops/plugin-gitops-backend';
import { Sandbox, startSandbox } from '@backstage-gitops/sandbox';
import request from 'supertest';
import { parse } from 'yaml';
import scaffolderModuleGitops from './index';
import { examples } from './source/examples';

jest.setTimeout(240_000);

const DEMO = path.resolve(
  path.dirname(require.resolve('@backstage-gitops/sandbox/package.json')),
  'demo/templates/add-source.yaml',
);
const ACCOUNT = { name: 'deployer', namespace: 'shop' };
const RBAC = 'rbac.authorization.k8s.io';
const access: KubernetesObject[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: ACCOUNT },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'Role',
    metadata: ACCOUNT,
    rules: [
      {
        apiGroups: ['source.toolkit.fluxcd.io', 'source.extensions.fluxcd.io'],
        resources: ['*'],
        verbs: ['create'],
      },
    ],
  },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    metadata: ACCOUNT,
    roleRef: { apiGroup: RBAC, kind: 'Role', name: ACCOUNT.name },
    subjects: [{ kind: 'ServiceAccount', ...ACCOUNT }],
  },
];

const templateOf = (name: string, steps: object[]): Entity => ({
  apiVersion: 'scaffolder.backstage.io/v1beta3',
  kind: 'Template',
  metadata: { name, namespace: 'default' },
  spec: { type: 'test', owner: 'team-shop', parameters: {}, steps: [...steps] },
});
const sourceStep = (id: string, input: object) => ({
  id,
  name: id,
  action: 'gitops:source:create',
  input: {
    as: 'object',
    home: 'production',
    kind: 'GitRepository',
    namespace: 'shop',
    spec: { url: 'https://git.example.com/shop.git', interval: '5m' },
    ...input,
  },
});

interface TaskEvent {
  id: number;
  type: string;
  body: {
    message: string;
    status?: string;
    output?: TaskOutput;
    error?: { name: string; message: string };
  };
}
interface TaskOutput {
  links?: { title: string; url?: string; entityRef?: string }[];
  text?: { title: string; content: string }[];
}

describe('gitops:source:create in a backend', () => {
  let directory: string;
  let sandbox: Sandbox;
  let cluster: ClusterClient;
  let backend: TestBackend;
  let template: Entity;
  /** Permissions that nobody has. */
  const denied = new Set<string>();
  const authorization = mockCredentials.user.header('user:default/ada');

  const permissions = createServiceFactory({
    service: coreServices.permissions,
    deps: {},
    factory: () => {
      const decide = async (
        asked: { permission: { name: string } }[],
      ): Promise<DefinitivePolicyDecision[]> =>
        asked.map(({ permission }) => ({
          result: denied.has(permission.name)
            ? AuthorizeResult.DENY
            : AuthorizeResult.ALLOW,
        }));
      return { authorize: decide, authorizeConditional: decide };
    },
  });

  const post = (route: string, body: object) =>
    request(backend.server)
      .post(`/api/${route}`)
      .set('Authorization', authorization)
      .send(body);
  const get = (route: string) =>
    request(backend.server)
      .get(`/api/${route}`)
      .set('Authorization', authorization);

  const twoSteps = templateOf('two-steps', [
    sourceStep('first', { name: 'first' }),
    sourceStep('second', { name: 'second', namespace: 'other' }),
  ]);

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'scaffolder-module-'));
    sandbox = await startSandbox({ dataDir: path.join(directory, 'sandbox') });
    const { kubeconfig } = sandbox.kubernetes;
    const kubeconfigFile = path.join(directory, 'kubeconfig');
    await writeFile(kubeconfigFile, kubeconfig);
    cluster = createClusterClient({
      kubeConfig: await loadKubeConfig(kubeconfig),
    });
    // A home that Flux has served: the portal installs what it reconciles itself.
    const crds = gitopsKinds.map(kind => crdOf(kind) as KubernetesObject);
    for (const object of [...crds, ...access]) {
      await cluster.apply(object, { fieldManager: 'test' });
    }
    const demo = await readFile(DEMO, 'utf8');
    template = parse(demo.replace('home: demo', 'home: production'));
    template.metadata.namespace = 'default';
    backend = await startTestBackend({
      features: [
        scaffolderPlugin,
        scaffolderModuleGitops,
        gitopsPlugin,
        permissions,
        mockServices.rootSystemMetadata.factory(),
        catalogServiceMock.factory({ entities: [template, twoSteps] }),
        mockServices.rootConfig.factory({
          data: {
            backend: { workingDirectory: directory },
            gitops: {
              artifacts: { directory: path.join(directory, 'artifacts') },
              homes: [
                {
                  name: 'production',
                  mode: 'reconcile',
                  kubeconfig: { path: kubeconfigFile },
                },
              ],
              claims: [
                {
                  location: { host: 'git.example.com' },
                  home: 'production',
                  namespaces: ['shop'],
                  serviceAccount: ACCOUNT.name,
                  owner: 'group:default/team-shop',
                },
              ],
            },
          },
        }),
      ],
    });
    await ready();
  });

  afterAll(async () => {
    await backend?.stop();
    await cluster?.close();
    await sandbox?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  /** The plugin has connected to its home and installed the kinds. */
  async function ready(): Promise<void> {
    const deadline = Date.now() + 100_000;
    for (;;) {
      const { status, body } = await post('gitops/objects', {
        home: 'production',
        dryRun: true,
        manifest: {
          apiVersion: 'source.toolkit.fluxcd.io/v1',
          kind: 'GitRepository',
          metadata: { name: 'ready', namespace: 'shop' },
          spec: { url: 'https://git.example.com/shop.git', interval: '5m' },
        },
      });
      if (status === 200) {
        return;
      }
      if (Date.now() > deadline) {
        throw new Error(`The home is not ready: ${JSON.stringify(body)}`);
      }
      await new Promise(resolve => setTimeout(resolve, 200));
    }
  }

  /** What the task said until its end, from the event after the given one. */
  async function endOf(
    id: string,
    after = 0,
  ): Promise<{ end: TaskEvent; log: string }> {
    let last = after;
    const log: string[] = [];
    for (;;) {
      const answer = await get(
        `scaffolder/v2/tasks/${id}/events?after=${last}`,
      );
      for (const event of answer.body as TaskEvent[]) {
        last = event.id;
        log.push(event.body.message);
        if (event.type === 'completion') {
          return { end: event, log: log.join('\n') };
        }
      }
    }
  }

  async function run(name: string, values: object) {
    const { status, body } = await post('scaffolder/v2/tasks', {
      templateRef: `template:default/${name}`,
      values,
    });
    expect({ status, body }).toMatchObject({ status: 201 });
    return { id: body.id as string, ...(await endOf(body.id)) };
  }

  const dryRun = (entity: Entity, values: object = {}) =>
    post('scaffolder/v2/dry-run', {
      template: entity,
      values,
      directoryContents: [],
    });

  const find = (name: string) =>
    cluster.get({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      namespace: 'shop',
      name,
    });

  const values = (more: object = {}) => ({
    kind: 'GitRepository',
    GitRepository: {
      url: 'https://git.example.com/shop.git',
      ref: { branch: 'main' },
      interval: '5m',
      secretRef: {},
    },
    name: 'game',
    namespace: 'shop',
    component: 'component:default/shop',
    as: 'object',
    ...more,
  });

  it('is listed with its schema and examples', async () => {
    const { body } = await get('scaffolder/v2/actions');
    expect(body).toContainEqual(
      expect.objectContaining({
        id: 'gitops:source:create',
        schema: expect.objectContaining({
          input: expect.objectContaining({
            required: ['as', 'kind', 'name', 'spec'],
          }),
        }),
        examples: expect.arrayContaining([
          expect.objectContaining({ example: expect.any(String) }),
        ]),
      }),
    );
  });

  it('tries the template of the demo and makes nothing', async () => {
    const { status, body } = await dryRun(template, values());
    expect({ status, body }).toMatchObject({ status: 200 });
    expect(body.output.text[0].content).toContain('name: game');
    expect(JSON.stringify(body.log)).toContain(
      'production/GitRepository/shop/game could be made',
    );
    expect(body.directoryContents).toEqual([]);
    expect(await find('game')).toBeUndefined();
  });

  it('runs the template of the demo, as the user', async () => {
    const { end } = await run('add-source', values());
    expect(end.body).toMatchObject({
      output: {
        links: [
          {
            title: 'Watch the source',
            url: '/gitops/objects/production/GitRepository/shop/game',
          },
          {
            title: 'Open in the catalog',
            entityRef: 'gitrepository:shop/game_production',
          },
        ],
        text: [{ title: 'What was made' }],
      },
    });
    expect(await find('game')).toMatchObject({
      metadata: {
        annotations: {
          'backstage-gitops.io/actor': 'user:default/ada',
          'backstage-gitops.io/component': 'component:default/shop',
          'backstage-gitops.io/owner': 'group:default/team-shop',
        },
      },
      spec: {
        url: 'https://git.example.com/shop.git',
        ref: { branch: 'main' },
        interval: '5m',
      },
    });
  });

  it('gives the file of the template, and links to nothing', async () => {
    const { status, body } = await dryRun(
      template,
      values({
        as: undefined,
        kind: 'OCIRepository',
        OCIRepository: {
          url: 'oci://registry.example.com/shop',
          ref: { semver: '1.x' },
          interval: '5m',
        },
      }),
    );
    expect({ status, body }).toMatchObject({ status: 200 });
    expect(body.output.links).toEqual([]);
    const [file] = body.directoryContents;
    expect(file.path).toBe('gitops/game.yaml');
    const text = Buffer.from(file.base64Content, 'base64').toString();
    expect(parse(text)).toMatchObject({
      kind: 'OCIRepository',
      spec: { url: 'oci://registry.example.com/shop', ref: { semver: '1.x' } },
    });
    expect(body.output.text[0].content).toContain(text.trim().split('\n')[0]);
  });

  it.each([
    ['an address with a password', { url: 'https://a:b@git.example.com/x' }],
    ['two references', { ref: { branch: 'main', tag: 'v1' } }],
    ['an interval that is none', { interval: 'soon' }],
  ])('has a form that refuses %s', async (_, spec) => {
    const { GitRepository } = values();
    const { status } = await post('scaffolder/v2/tasks', {
      templateRef: 'template:default/add-source',
      values: values({ GitRepository: { ...GitRepository, ...spec } }),
    });
    expect(status).toBe(400);
  });

  it.each(examples)(
    'can do in a dry run: $description',
    async ({ example }) => {
      const { steps } = parse(example);
      const { status, body } = await dryRun(templateOf('example', steps));
      expect({ status, body }).toMatchObject({ status: 200 });
    },
  );

  it('says what is wrong, where, and what to do', async () => {
    const fails = async (input: object) => {
      const { status, body } = await dryRun(
        templateOf('wrong', [sourceStep('wrong', { name: 'new', ...input })]),
      );
      expect(status).toBeGreaterThanOrEqual(400);
      return body.error.message;
    };
    expect(await fails({ kind: 'Deployment' })).toContain('kind');
    expect(await fails({ spec: { interval: '5m' } })).toContain('spec.url');
    expect(await fails({ namespace: 'other' })).toContain(
      "could not be made in home 'production': no claim",
    );
    expect(await fails({ home: 'elsewhere' })).toContain("no home 'elsewhere'");
    await run('add-source', values({ name: 'taken' }));
    expect(await fails({ name: 'taken' })).toContain(
      'choose another name, or use the one that is there: /gitops/objects/production/GitRepository/shop/taken',
    );
    denied.add('gitops.object.create');
    expect(await fails({})).toContain('gitops.object.create');
    denied.clear();
  });

  it('makes nothing twice when a failed task is run again', async () => {
    const reason =
      "GitRepository/other/second was not made in home 'production'";
    const { id, end } = await run('two-steps', {});
    expect(end.body.error?.message).toContain(reason);
    const made = await find('first');
    expect(made).toBeDefined();

    await post(`scaffolder/v2/tasks/${id}/retry`, {});
    const again = await endOf(id, end.id);
    expect(again.end.body.error?.message).toContain(reason);
    expect(again.log).toContain('Made production/GitRepository/shop/first');
    expect((await find('first'))?.metadata.uid).toBe(made?.metadata.uid);
  });
});
