import {
  ClusterClient,
  createClusterClient,
  loadKubeConfig,
} from '@backstage-gitops/kubernetes-apply';
import { parseYaml } from '@backstage-gitops/kubernetes-yaml';
import { HelmRelease } from '@backstage-gitops/plugin-gitops-common';
import {
  SandboxKubernetes,
  startKubernetesApi,
} from '@backstage-gitops/sandbox';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Home } from '../../../homes/Home';
import { packFiles } from '../../../workers/__testUtils__/packFiles';
import { RenderThreads } from '../../../workers/RenderThreads';
import { ReleaseRenderer, RendererSettings } from './ReleaseRenderer';
import { SecretMask } from './SecretMask';

jest.setTimeout(120_000);

const RELEASE = { name: 'rel', namespace: 'default' };

function chartOf(template: string, more: Record<string, string> = {}) {
  const bytes = packFiles({
    'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
    'templates/a.yaml': template,
    ...more,
  });
  return { bytes, digest: createHash('sha256').update(bytes).digest('hex') };
}

const config = (data: string) =>
  `kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata: {value: ${data}}\n`;

describe('ReleaseRenderer', () => {
  let directory: string;
  let api: SandboxKubernetes;
  let client: ClusterClient;
  let renderer: ReleaseRenderer;
  const { signal } = new AbortController();

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'release-renderer-'));
    api = await startKubernetesApi({ dataDir: directory });
    client = createClusterClient({
      kubeConfig: await loadKubeConfig(api.kubeconfig),
    });
    renderer = new ReleaseRenderer({ threads: new RenderThreads({}) });
    await client.apply(
      {
        ...{ apiVersion: 'v1', kind: 'Secret' },
        metadata: { name: 'known', namespace: 'default' },
        data: { password: 'Y2FuYXJ5' },
      },
      { fieldManager: 'test' },
    );
  });

  afterAll(async () => {
    await client?.close();
    await api?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  function render(
    template: string,
    options: Partial<RendererSettings> & { spec?: string } = {},
  ) {
    const { spec = '{}', ...settings } = options;
    const object = {
      metadata: { name: 'web', namespace: 'default' },
      spec: parseYaml(spec),
    } as unknown as HelmRelease;
    const home = new Home({
      ...{ name: 'local', mode: 'reconcile', client },
      allowPortalCredential: true,
    });
    return renderer.rendererFor(
      { object, home, id: 'web' },
      { chart: chartOf(template), values: {}, client, signal, ...settings },
    )(RELEASE);
  }

  it('gives what a release stores', async () => {
    const chart = chartOf(config('{{ .Chart.Version }}'), {
      'Chart.yaml':
        'apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies: [{name: one, version: "*", condition: one.on}, {name: two, version: "*"}]\n',
      'charts/one/Chart.yaml': 'apiVersion: v2\nname: one\nversion: 1.0.0\n',
      'charts/two/Chart.yaml': 'apiVersion: v2\nname: two\nversion: 1.0.0\n',
      'templates/NOTES.txt': 'Hello {{ .Values.who }}',
    });
    const values = { who: 'you', one: { on: false } };
    const content = await render('', {
      chart: { ...chart, version: '1.0.0+abcdef012345' },
      values,
    });
    expect(content.manifest).toBe(`---
# Source: web/templates/a.yaml
apiVersion: v1
data:
  value: 1.0.0+abcdef012345
kind: ConfigMap
metadata:
  labels:
    helm.toolkit.fluxcd.io/name: web
    helm.toolkit.fluxcd.io/namespace: default
  name: a

`);
    expect(content).toMatchObject({ config: values, notes: 'Hello you' });
    expect(content.chart.metadata).toMatchObject({
      name: 'web',
      version: '1.0.0+abcdef012345',
    });
    expect(content.chart.dependencies.map(({ name }) => name)).toEqual(['two']);
    // What is kept has all of them still.
    const kept = await renderer.chartOf(chart, signal);
    expect(kept.dependencies).toHaveLength(2);
    expect(kept.metadata.version).toBe('1.0.0');
    expect(await renderer.chartOf(chart, signal)).toBe(kept);
  });

  it('knows what the cluster can do', async () => {
    const { manifest } = await render(
      config(
        '"{{ .Capabilities.KubeVersion.Version }} {{ .Capabilities.APIVersions.Has "apps/v1/Deployment" }} {{ .Capabilities.APIVersions.Has "apps/v0" }}"',
      ),
    );
    expect(manifest).toMatch(/value: v1\.\d+\.\d+\S* true false\n/);
  });

  it.each([
    [
      '{{ (lookup "v1" "Secret" "default" "known").data.password }}',
      'value: Y2FuYXJ5',
    ],
    [
      '{{ range (lookup "v1" "Secret" "default" "").items }}{{ .metadata.name }}{{ end }}',
      'value: known',
    ],
    ['{{ lookup "v1" "Secret" "default" "other" | len }}', 'value: 0'],
    ['{{ lookup "v1" "Nothing" "default" "a" | len }}', 'value: 0'],
  ])('looks up in the cluster: %s', async (template, expected) => {
    expect((await render(config(template))).manifest).toContain(expected);
  });

  it('says where a lookup failed, and why', async () => {
    await expect(
      render(`a: 1\n{{ lookup "none.test/v1" "A" "default" "a" }}`),
    ).rejects.toMatchObject({
      ...{ code: 'lookup-failed', file: 'web/templates/a.yaml', line: 2 },
      message: expect.stringContaining(
        'none.test/v1, Kind=A: the server could not find the requested resource',
      ),
    });
    const nobody = client.as({ user: 'nobody' });
    await expect(
      render('{{ lookup "v1" "Secret" "default" "known" }}', {
        client: {
          ...nobody,
          get: nobody.get.bind(nobody),
          raw: client.raw.bind(client),
        } as ClusterClient,
      }),
    ).rejects.toMatchObject({
      code: 'lookup-failed',
      message: expect.stringMatching(/nobody.*cannot get/),
    });
  });

  it.each([
    [
      'execution error at (web/templates/a.yaml:2:4): choose one, not ***',
      '\n{{- fail (printf "choose one, not %s" .Values.password) }}',
    ],
    [
      'web/templates/a.yaml:2:',
      '\n{{ tpl (printf "%s {{ nothing }}" .Values.password) . }}',
    ],
  ])(
    'fails with the place and without values of Secrets: %s',
    async (message, template) => {
      const failing = render(template, {
        values: { password: 'canary' },
        mask: SecretMask.of([
          {
            reference: { kind: 'Secret', name: 's' },
            text: 'password: canary',
          },
        ]),
      });
      await expect(failing).rejects.toThrow(message);
      await expect(failing).rejects.not.toThrow('canary');
      await expect(failing).rejects.toMatchObject({
        file: 'web/templates/a.yaml',
      });
    },
  );

  it('refuses values that break the schema, by their path', async () => {
    await expect(
      render('', {
        values: { port: 'eighty' },
        chart: chartOf('', {
          'values.schema.json': '{"properties": {"port": {"type": "integer"}}}',
        }),
      }),
    ).rejects.toMatchObject({
      code: 'invalid-values',
      message: expect.stringContaining("at '/port': got string, want integer"),
    });
  });

  it('refuses values without end', async () => {
    const threads = new RenderThreads({ maxValuesBytes: 1000 });
    await expect(
      threads.render({
        chart: chartOf(''),
        values: { text: 'x'.repeat(2000) },
        ...{ release: RELEASE, signal },
      }),
    ).rejects.toMatchObject({ code: 'GITOPS_VALUES_TOO_LARGE' });
  });

  it('does nothing for a claim that is lost', async () => {
    await expect(
      render('', { signal: AbortSignal.abort(new Error('the claim is lost')) }),
    ).rejects.toThrow('the claim is lost');
  });
});
