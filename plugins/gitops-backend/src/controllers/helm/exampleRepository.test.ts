import {
  GitopsObject,
  HelmRelease,
  Kustomization,
} from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { migratedDatabases } from '../../__testUtils__/databases';
import { readyOf, World } from '../../__testUtils__/world';
import { packFiles } from '../../workers/__testUtils__/packFiles';
import { ChartServer, indexOf } from '../source/helm/__testUtils__/ChartServer';

jest.setTimeout(300_000);

const SHARED = path.resolve(__dirname, '../../../../../../shared/conformance');
const EXAMPLE = path.join(SHARED, 'flux/flux2-kustomize-helm-example');
const PODINFO = path.join(
  SHARED,
  'helm/charts/flux-helm-controller-config-charts-upgrade-chart-name-change-podinfo-renamed/chart',
);
const PATIENCE = 120_000;
const CHART_LAYER = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

const describeWithExample = existsSync(EXAMPLE) ? describe : describe.skip;

describeWithExample(
  'the public example of Kustomizations and HelmReleases (skipped where it is absent)',
  () => {
    const databases = migratedDatabases();
    let world: World;
    let charts: ChartServer;

    beforeEach(async () => {
      world = await World.start();
      charts = await ChartServer.start();
    });

    afterEach(async () => {
      await charts?.stop();
      await world?.stop();
    });

    const live = (apiVersion: string, kind: string, name: string) =>
      world.client.get({ apiVersion, kind, namespace: 'podinfo', name });

    /** Remote charts are answered by local ones of the same names. */
    async function serveCharts(): Promise<void> {
      const podinfo = packFiles(
        Object.fromEntries(
          Object.entries(textsBelow(PODINFO)).map(([name, text]) => [
            name,
            text.replaceAll('podinfo-renamed', 'podinfo'),
          ]),
        ),
        'podinfo',
      );
      const version = /^version: (.*)$/m.exec(
        readFileSync(path.join(PODINFO, 'Chart.yaml'), 'utf8'),
      )![1];
      charts.put('/podinfo.tgz', podinfo);
      charts.put(
        '/index.yaml',
        indexOf({ name: 'podinfo', version, url: 'podinfo.tgz' }),
      );
      await push('envoyproxy/gateway-helm', '1.8.0', {
        'Chart.yaml': 'apiVersion: v2\nname: gateway-helm\nversion: 1.8.0\n',
        'crds/gateway.yaml': [
          definition('gateway.networking.k8s.io', 'GatewayClass', 'Cluster'),
          definition('gateway.networking.k8s.io', 'Gateway'),
          definition('gateway.networking.k8s.io', 'HTTPRoute'),
        ].join(''),
        'templates/controller.yaml': deployment('envoy-gateway'),
      });
      await push('jetstack/charts/cert-manager', 'v1.18.2', {
        'Chart.yaml': 'apiVersion: v2\nname: cert-manager\nversion: v1.18.2\n',
        'values.yaml': 'crds: {enabled: false}\nconfig: {}\n',
        'templates/crds.yaml': `{{ if .Values.crds.enabled }}\n${definition('cert-manager.io', 'ClusterIssuer', 'Cluster')}{{ end }}\n`,
        'templates/controller.yaml': deployment('cert-manager'),
      });
    }

    async function push(
      repository: string,
      tag: string,
      files: Record<string, string>,
    ): Promise<void> {
      await world.sandbox.registry.push(
        repository,
        { layers: [{ mediaType: CHART_LAYER, content: packFiles(files) }] },
        tag,
      );
    }

    it.each(['staging', 'production'])(
      'is delivered to %s from one Kustomization',
      async cluster => {
        await serveCharts();
        const { url } = await world.sandbox.git.createRepository(
          'team/fleet',
          Object.fromEntries(
            Object.entries(textsBelow(EXAMPLE)).map(([name, text]) => [
              name,
              text
                .replace('https://stefanprodan.github.io/podinfo', charts.url)
                .replace(
                  /oci:\/\/(?:docker|quay)\.io\/(.*)/,
                  `oci://${world.sandbox.registry.address}/$1\n  insecure: true`,
                ),
            ]),
          ),
        );
        await world.startPortal(await databases('SQLITE_3'));
        await world.untilKinds(
          'gitrepositories.source.toolkit.fluxcd.io',
          'kustomizations.kustomize.toolkit.fluxcd.io',
          'helmreleases.helm.toolkit.fluxcd.io',
        );
        for (const object of registered(url, cluster)) {
          await world.apply(object);
        }
        await ready('Kustomization', 'flux-system', 'infra-controllers');
        await ready('Kustomization', 'flux-system', 'apps');
        const release = await ready<HelmRelease>(
          'HelmRelease',
          'podinfo',
          'podinfo',
        );
        expect(release.status?.history?.[0]).toMatchObject({
          ...{ name: 'podinfo', namespace: 'podinfo', version: 1 },
          ...{ status: 'deployed', chartName: 'podinfo' },
        });
        expect(
          await live('gateway.networking.k8s.io/v1', 'HTTPRoute', 'podinfo'),
        ).toMatchObject({
          metadata: { labels: { 'helm.toolkit.fluxcd.io/name': 'podinfo' } },
          spec: { hostnames: [`podinfo.${cluster}`] },
        });
        const server = {
          staging: 'https://acme-staging-v02.api.letsencrypt.org/directory',
          production: 'https://acme-v02.api.letsencrypt.org/directory',
        }[cluster];
        await ready<Kustomization>(
          'Kustomization',
          'flux-system',
          'infra-configs',
        );
        expect(
          await live('cert-manager.io/v1', 'ClusterIssuer', 'letsencrypt'),
        ).toMatchObject({ spec: { acme: { server } } });
      },
    );

    async function ready<T extends GitopsObject>(
      kind: 'Kustomization' | 'HelmRelease',
      namespace: string,
      name: string,
    ): Promise<T> {
      const group = kind === 'HelmRelease' ? 'helm' : 'kustomize';
      const version = kind === 'HelmRelease' ? 'v2' : 'v1';
      const apiVersion = `${group}.toolkit.fluxcd.io/${version}`;
      return world.until<T>(
        { apiVersion, kind, namespace, name },
        object => readyOf(object)?.status === 'True',
        PATIENCE,
      );
    }
  },
);

/** What is registered: all else comes from the repository. */
function registered(url: string, cluster: string): KubernetesObject[] {
  const metadata = { name: 'flux-system', namespace: 'flux-system' };
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'flux-system' },
    },
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata,
      spec: {
        ...{ interval: '1m', url, ref: { branch: 'main' } },
        ignore: 'clusters/**/flux-system/\n',
      },
    },
    {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata,
      spec: {
        ...{ interval: '10m', prune: true, path: `./clusters/${cluster}` },
        sourceRef: { kind: 'GitRepository', name: 'flux-system' },
      },
    },
  ];
}

/** Texts of all files, by path. */
function textsBelow(root: string, below = ''): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const name of readdirSync(path.join(root, below))) {
    const file = path.posix.join(below, name);
    if (statSync(path.join(root, file)).isDirectory()) {
      Object.assign(texts, textsBelow(root, file));
    } else {
      texts[file] = readFileSync(path.join(root, file), 'utf8');
    }
  }
  return texts;
}

function definition(
  group: string,
  kind: string,
  scope: 'Cluster' | 'Namespaced' = 'Namespaced',
): string {
  const singular = kind.toLowerCase();
  const plural = `${singular}${singular.endsWith('s') ? 'es' : 's'}`;
  return `---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ${plural}.${group}}
spec:
  group: ${group}
  scope: ${scope}
  names: {kind: ${kind}, listKind: ${kind}List, plural: ${plural}, singular: ${singular}}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
`;
}

function deployment(name: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: main, image: "example.test/${name}:1"}]}
`;
}
