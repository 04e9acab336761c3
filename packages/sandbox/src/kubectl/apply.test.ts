import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { SandboxKubernetes } from '../kubernetesApi';
import { startKubernetesApi } from '../kubernetesApi';
import { describeIf, runCommand } from '../testing/command';

jest.setTimeout(60_000);

const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          { name: 'app', image: 'nginx:1.2', ports: [{ containerPort: 80 }] },
        ],
      },
    },
  },
};

const CONFIG_MAP = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'default' },
  data: { a: '1', b: '2' },
};

const WIDGETS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: {
      kind: 'Widget',
      plural: 'widgets',
      singular: 'widget',
      shortNames: ['wd'],
    },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
          {
            name: 'Ready',
            type: 'string',
            jsonPath: '.status.conditions[?(@.type=="Ready")].status',
          },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['size'],
                properties: {
                  size: { type: 'integer', minimum: 1 },
                  colour: {
                    type: 'string',
                    enum: ['red', 'blue'],
                    default: 'red',
                  },
                },
              },
              status: {
                type: 'object',
                'x-kubernetes-preserve-unknown-fields': true,
              },
            },
          },
        },
      },
    ],
  },
};

describeIf('kubectl', ['version', '--client'])('kubectl apply', () => {
  let directory: string;
  let api: SandboxKubernetes;

  beforeAll(async () => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'sandbox-kubectl-'));
    api = await startKubernetesApi({ dataDir: directory });
  });

  afterAll(async () => {
    await api.stop();
    fs.rmSync(directory, { recursive: true });
  });

  const kubectl = (args: string[], input?: object) =>
    runCommand(
      'kubectl',
      [
        '--kubeconfig',
        api.kubeconfigPath,
        '--cache-dir',
        path.join(directory, 'cache'),
        ...args,
      ],
      { input: input && JSON.stringify(input), env: { HOME: directory } },
    );

  const succeed = async (args: string[], input?: object) => {
    const result = await kubectl(args, input);
    if (result.code !== 0)
      throw new Error(`${args.join(' ')}: ${result.stderr}`);
    return result.stdout;
  };

  const get = async (...args: string[]) =>
    JSON.parse(
      await succeed(['get', ...args, '-o', 'json', '--show-managed-fields']),
    );

  const withReplicas = (replicas: number) => ({
    ...DEPLOYMENT,
    spec: { ...DEPLOYMENT.spec, replicas },
  });

  const applyAs = (manager: string, object: object, ...more: string[]) =>
    kubectl(
      [
        'apply',
        '--server-side',
        `--field-manager=${manager}`,
        '-f',
        '-',
        ...more,
      ],
      object,
    );

  it('lets two managers conflict over a field, and one take it over', async () => {
    expect((await applyAs('one', DEPLOYMENT)).stderr).toBe('');
    const conflict = await applyAs('two', withReplicas(3));
    expect(conflict.code).toBe(1);
    expect(conflict.stderr).toContain(
      'Apply failed with 1 conflict: conflict with "one": .spec.replicas',
    );

    expect(
      (await applyAs('two', withReplicas(3), '--force-conflicts')).code,
    ).toBe(0);
    const { spec, metadata } = await get('deployment', 'web');
    expect(spec.replicas).toBe(3);
    const ownsReplicas = Object.fromEntries(
      metadata.managedFields
        .filter((entry: { operation: string }) => entry.operation === 'Apply')
        .map((entry: { manager: string; fieldsV1: { 'f:spec': object } }) => [
          entry.manager,
          'f:replicas' in entry.fieldsV1['f:spec'],
        ]),
    );
    expect(ownsReplicas).toEqual({ one: false, two: true });
    await succeed(['delete', 'deployment', 'web']);
  });

  it('tells apart managers of updates and of subresources in conflicts', async () => {
    await applyAs('one', DEPLOYMENT);
    await succeed(['scale', 'deployment', 'web', '--replicas=5']);
    const conflict = await applyAs('one', DEPLOYMENT);
    expect(conflict.stderr).toContain(
      'conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas',
    );
    await succeed(['delete', 'deployment', 'web']);
  });

  it('removes a field that its only applier leaves out', async () => {
    await applyAs('one', CONFIG_MAP);
    await applyAs('two', { ...CONFIG_MAP, data: { b: '2', c: '3' } });
    await applyAs('one', { ...CONFIG_MAP, data: { d: '4' } });
    // `b` stays because the other manager applies it too.
    expect((await get('configmap', 'settings')).data).toEqual({
      b: '2',
      c: '3',
      d: '4',
    });
    await succeed(['delete', 'configmap', 'settings']);
  });

  it('changes nothing when the same is applied again', async () => {
    await applyAs('one', DEPLOYMENT);
    await succeed(['wait', 'deployment/web', '--for=condition=Available']);
    const before = await get('deployment', 'web');
    await applyAs('one', DEPLOYMENT);
    expect(await get('deployment', 'web')).toEqual(before);
    await succeed(['delete', 'deployment', 'web']);
  });

  it('applies on the client side: created, unchanged, configured', async () => {
    expect(await succeed(['apply', '-f', '-'], DEPLOYMENT)).toContain(
      'created',
    );
    expect(await succeed(['apply', '-f', '-'], DEPLOYMENT)).toContain(
      'unchanged',
    );
    expect(await succeed(['apply', '-f', '-'], withReplicas(4))).toContain(
      'configured',
    );
    expect(await succeed(['rollout', 'status', 'deployment/web'])).toContain(
      'successfully rolled out',
    );
    await succeed(['delete', 'deployment', 'web']);
  });

  it('applies a List, and says what would change', async () => {
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: ['one', 'two'].map(name => ({
        ...CONFIG_MAP,
        metadata: { name: `list-${name}`, namespace: 'default' },
      })),
    };
    expect(await succeed(['apply', '-f', '-'], list)).toBe(
      'configmap/list-one created\nconfigmap/list-two created\n',
    );
    list.items[1].data = { a: '2', b: '2' };
    const { code, stdout } = await kubectl(['diff', '-f', '-'], list);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^- {2}a: "1"\n\+ {2}a: "2"$/m);
    expect(stdout).not.toContain('list-one');
  });

  it('explains built-in and custom kinds, field by field', async () => {
    const deployment = await succeed(['explain', 'deployment.spec']);
    expect(deployment).toMatch(
      /^GROUP: +apps\nKIND: +Deployment\nVERSION: +v1/,
    );
    expect(deployment).toMatch(/^ {2}replicas\t<integer>$/m);
    expect(deployment).toMatch(/^ {2}selector\t<LabelSelector> -required-$/m);
    expect(
      await succeed(['explain', 'pod.spec.containers.ports', '--recursive']),
    ).toMatch(/^ {2}containerPort\t<integer> -required-$/m);
    await succeed(['apply', '-f', '-'], WIDGETS);
    await succeed([
      'wait',
      '--for=condition=Established',
      'crd/widgets.example.com',
    ]);
    expect(await succeed(['explain', 'widgets.spec'])).toMatch(/size\t</);
    const { code, stderr } = await kubectl(['explain', 'deployment.spec.none']);
    expect(code).toBe(1);
    expect(stderr).toContain('field "none" does not exist');
  });

  it('rejects unknown fields by the server', async () => {
    const wrong = { ...DEPLOYMENT, spec: { ...DEPLOYMENT.spec, replicaz: 2 } };
    expect((await kubectl(['apply', '-f', '-'], wrong)).stderr).toContain(
      'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replicaz"',
    );
    const mistyped = {
      ...DEPLOYMENT,
      spec: { ...DEPLOYMENT.spec, replicas: 'x' },
    };
    expect((await kubectl(['apply', '-f', '-'], mistyped)).stderr).toContain(
      'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    );
    expect((await applyAs('one', wrong)).stderr).toContain(
      'failed to create typed patch object (default/web; apps/v1, Kind=Deployment): .spec.replicaz: field not declared in schema',
    );
  });

  it('stores nothing in a dry run', async () => {
    await succeed(['apply', '-f', '-', '--dry-run=server'], CONFIG_MAP);
    expect((await kubectl(['get', 'configmap', 'settings'])).stderr).toContain(
      'configmaps "settings" not found',
    );
  });

  it('patches, labels and annotates', async () => {
    await succeed(['apply', '-f', '-'], DEPLOYMENT);
    const image = [{ name: 'app', image: 'nginx:2' }];
    await succeed([
      'patch',
      'deployment',
      'web',
      '-p',
      JSON.stringify({ spec: { template: { spec: { containers: image } } } }),
    ]);
    await succeed(['label', 'deployment', 'web', 'tier=front']);
    await succeed(['annotate', 'deployment', 'web', 'note=hello']);
    const { spec, metadata } = await get('deployment', 'web');
    // The strategic merge patch keeps what it does not name.
    expect(spec.template.spec.containers[0]).toMatchObject({
      image: 'nginx:2',
      ports: [{ containerPort: 80, protocol: 'TCP' }],
    });
    expect(metadata).toMatchObject({
      labels: { tier: 'front' },
      annotations: { note: 'hello' },
      generation: 2,
    });
    await succeed(['delete', 'deployment', 'web']);
  });

  it('serves custom resources with columns, defaults and validation', async () => {
    await succeed(['apply', '--server-side', '-f', '-'], WIDGETS);
    await succeed([
      'wait',
      'crd/widgets.example.com',
      '--for=condition=Established',
    ]);
    const widget = (size: number) => ({
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'w', namespace: 'default' },
      spec: { size },
    });
    expect((await kubectl(['apply', '-f', '-'], widget(0))).stderr).toContain(
      'The Widget "w" is invalid: spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    );
    await succeed(['apply', '-f', '-'], widget(3));
    expect((await get('wd', 'w')).spec).toEqual({ size: 3, colour: 'red' });
    await succeed([
      'patch',
      'widget',
      'w',
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify({
        status: { conditions: [{ type: 'Ready', status: 'True' }] },
      }),
    ]);
    expect(await succeed(['get', 'widgets'])).toMatch(
      /NAME +SIZE +READY\nw +3 +True\n/,
    );
    expect(await succeed(['api-resources', '--api-group=example.com'])).toMatch(
      /widgets +wd +example.com\/v1 +true +Widget/,
    );
    await succeed(['delete', 'crd', 'widgets.example.com']);
    expect((await kubectl(['get', 'widgets'])).stderr).toContain(
      'the server could not find the requested resource',
    );
  });

  it('creates built-in kinds from protobuf, as typed clients send them', async () => {
    await succeed(['create', 'namespace', 'typed']);
    await succeed([
      'create',
      'secret',
      'generic',
      'login',
      '-n',
      'typed',
      '--from-literal=user=me',
    ]);
    expect((await get('secret', 'login', '-n', 'typed')).data).toEqual({
      user: 'bWU=',
    });
    await succeed([
      'create',
      'deployment',
      'web',
      '-n',
      'typed',
      '--image=nginx:1',
      '--replicas=0',
    ]);
    expect((await get('deployment', 'web', '-n', 'typed')).spec).toMatchObject({
      replicas: 0,
      template: { spec: { containers: [{ name: 'nginx', image: 'nginx:1' }] } },
    });
    expect(
      await succeed(['create', 'token', 'default', '-n', 'typed']),
    ).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n?$/);
    await succeed(['delete', 'namespace', 'typed']);
    expect((await kubectl(['get', 'ns', 'typed'])).stderr).toContain(
      'namespaces "typed" not found',
    );
  });

  it('evaluates RBAC for whom it is told to impersonate', async () => {
    expect(
      (await kubectl(['auth', 'can-i', 'list', 'pods', '--as=bob'])).stdout,
    ).toBe('no\n');
    expect((await kubectl(['get', 'pods', '--as=bob'])).stderr).toContain(
      'pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    await succeed([
      'create',
      'rolebinding',
      'bob',
      '--clusterrole=view',
      '--user=bob',
    ]);
    expect(await succeed(['auth', 'can-i', 'list', 'pods', '--as=bob'])).toBe(
      'yes\n',
    );
    await succeed(['get', 'pods', '--as=bob']);
  });

  it('shows changes while watching', async () => {
    await succeed(['apply', '-f', '-'], CONFIG_MAP);
    const watching = kubectl([
      'get',
      'configmaps',
      '--field-selector=metadata.name=settings',
      '-w',
      '--request-timeout=4s',
      '-o',
      'jsonpath={.data.a}{"\\n"}',
    ]);
    await watchStarted(api);
    await succeed(['apply', '-f', '-'], {
      ...CONFIG_MAP,
      data: { a: 'changed' },
    });
    expect((await watching).stdout).toBe('1\nchanged\n');
  });
});

async function watchStarted(api: SandboxKubernetes): Promise<void> {
  while (api.watchCount() === 0) {
    await new Promise(resolve => setImmediate(resolve));
  }
}
