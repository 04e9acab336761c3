import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { OCIRepository } from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../__testUtils__/databases';
import { packFiles } from '../../workers/__testUtils__/packFiles';
import { HelmScene, historyOf } from './__testUtils__/HelmScene';

jest.setTimeout(240_000);

const LOOKUP = `{{ with .Values.lookup }}
apiVersion: v1
kind: ConfigMap
metadata: {name: found}
data: {value: {{ (lookup "v1" "ConfigMap" . "known").data.value | quote }}}
{{ end }}
`;
const CHART_LAYER = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

describe('what a HelmRelease renders', () => {
  const init = migratedDatabases();
  let scene: HelmScene;

  beforeAll(async () => {
    scene = await HelmScene.start({
      database: init('SQLITE_3'),
      files: { 'templates/lookup.yaml': LOOKUP },
    });
  });

  afterAll(async () => {
    await scene?.stop();
  });

  const metadataOf = async (kind: string, name: string, apiVersion?: string) =>
    (await scene.read<KubernetesObject>(kind, name, apiVersion))!.metadata;

  it('is changed by post-renderers, hooks included; another change is another revision', async () => {
    const commonMetadata = {
      labels: { team: 'a' },
      annotations: { note: '1 < 2' },
    };
    const renamed = (value: string) => [
      {
        kustomize: {
          patches: [
            {
              patch: `- {op: replace, path: /data/value, value: "${value}"}`,
              target: { kind: 'ConfigMap' },
            },
          ],
          images: [{ name: 'busybox', newTag: '2' }],
        },
      },
    ];
    const values = { hook: 'ok' };
    await scene.apply('post', {
      ...{ commonMetadata, values },
      postRenderers: renamed('patched'),
    });
    await scene.released('post');
    expect(await scene.value('post')).toBe('patched');
    for (const metadata of [
      await metadataOf('ConfigMap', 'post'),
      await metadataOf('Job', 'post-hook', 'batch/v1'),
    ]) {
      expect(metadata).toMatchObject({
        labels: {
          team: 'a',
          'helm.toolkit.fluxcd.io/name': 'post',
          'helm.toolkit.fluxcd.io/namespace': 'default',
        },
        annotations: { note: '1 < 2' },
      });
    }
    expect(await scene.read('Job', 'post-hook', 'batch/v1')).toMatchObject({
      spec: { template: { spec: { containers: [{ image: 'busybox:2' }] } } },
    });

    expect(historyOf(await scene.reconcile('post'))).toHaveLength(1);
    await scene.apply('post', {
      ...{ commonMetadata, values },
      postRenderers: renamed('again'),
    });
    await scene.until('post', ({ status }) => status?.history?.length === 2);
    await scene.released('post');
    expect(await scene.value('post')).toBe('again');
  });

  it('knows what its ServiceAccount may look up, and nothing else', async () => {
    const account = { name: 'deployer', namespace: 'default' };
    for (const namespace of ['default', 'kube-system']) {
      await scene.world.apply<KubernetesObject>({
        ...{ apiVersion: 'v1', kind: 'ConfigMap' },
        metadata: { name: 'known', namespace },
        data: { value: namespace },
      });
    }
    await scene.world.apply<KubernetesObject>({
      ...{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: account },
    });
    await scene.world.apply<KubernetesObject>({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: account,
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        ...{ kind: 'ClusterRole', name: 'cluster-admin' },
      },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    });
    const serviceAccountName = account.name;
    await scene.apply('look', {
      ...{ serviceAccountName, values: { lookup: 'kube-system' } },
    });
    await scene.failed(
      'look',
      'InstallFailed',
      /game\/templates\/lookup\.yaml:5:.*system:serviceaccount:default:deployer.* cannot get/s,
    );
    await scene.apply('look', {
      ...{ serviceAccountName, values: { lookup: 'default' } },
    });
    await scene.released('look');
    expect(await scene.value('found')).toBe('default');
  });

  it('comes from a registry, and is another one where the tag is moved', async () => {
    const { registry } = scene.world.sandbox;
    const push = (value: string) =>
      registry.push(
        'charts/oci',
        {
          layers: [
            {
              mediaType: CHART_LAYER,
              content: packFiles(
                {
                  'Chart.yaml': 'apiVersion: v2\nname: oci\nversion: 1.2.3\n',
                  'templates/a.yaml': `kind: ConfigMap\napiVersion: v1\nmetadata: {name: oci}\ndata: {value: ${value}}\n`,
                },
                'oci',
              ),
            },
          ],
        },
        '1.2.3',
      );
    await push('one');
    const repository = {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'OCIRepository',
      metadata: { name: 'oci', namespace: 'default' },
      spec: {
        interval: '1h',
        url: `oci://${registry.address}/charts/oci`,
        insecure: true,
        ref: { semver: '1.x' },
        layerSelector: { mediaType: CHART_LAYER, operation: 'copy' },
      },
    } as OCIRepository;
    await scene.world.apply(repository);
    await scene.apply('oci', {
      chartRef: { kind: 'OCIRepository', name: 'oci' },
    });
    const first = await scene.released('oci');
    const [snapshot] = first.status!.history!;
    expect(snapshot.ociDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(snapshot.chartVersion).toBe(
      `1.2.3+${snapshot.ociDigest!.slice(7, 19)}`,
    );
    expect(first.status).toMatchObject({
      lastAttemptedRevisionDigest: snapshot.ociDigest,
    });

    await push('two');
    await scene.world.apply({
      ...repository,
      metadata: {
        ...repository.metadata,
        annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' },
      },
    });
    const second = await scene.until(
      'oci',
      ({ status }) => status?.history?.[0].version === 2,
    );
    expect(second.status!.history![0].ociDigest).not.toBe(snapshot.ociDigest);
    await scene.released('oci');
    expect(await scene.value('oci')).toBe('two');
  });
});
