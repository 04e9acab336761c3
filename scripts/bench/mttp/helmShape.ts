import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { loadChartFiles, packageChart } from '../../../packages/helm/src';
import {
  ACCOUNT,
  manifests,
  nameOf,
  NAMESPACE,
  Shape,
  TARGET_NAMESPACE,
} from './shape';

const CHART = 'podinfo';
const VERSION = '6.5.3';

const releaseType = {
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
};
const repositoryType = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'HelmRepository',
};

/** HelmReleases of one chart, out of one repository. */
export async function startHelmShape(): Promise<Shape> {
  const archive = await packChart();
  const index = JSON.stringify({
    apiVersion: 'v1',
    entries: {
      [CHART]: [
        {
          ...{ apiVersion: 'v2', name: CHART, version: VERSION },
          urls: ['podinfo.tgz'],
        },
      ],
    },
  });
  const server = createServer((request, response) => {
    response.end(request.url === '/index.yaml' ? index : archive);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const each = (deliveries: number) => deliveries;
  return {
    shared: [
      {
        ...repositoryType,
        metadata: { name: CHART, namespace: NAMESPACE },
        spec: { interval: '60m', url: `http://127.0.0.1:${port}` },
      },
    ],
    makes: [helmRelease],
    ready: [
      { ...releaseType, plural: 'helmreleases', count: each },
      { ...repositoryType, plural: 'helmcharts', count: each },
    ],
    runs: deliveries => 2 * deliveries + 1,
    watchesDrift: false,
    stop: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function helmRelease(index: number) {
  return {
    ...releaseType,
    metadata: { name: nameOf(index), namespace: NAMESPACE },
    spec: {
      interval: '60m',
      timeout: '1m',
      serviceAccountName: ACCOUNT,
      releaseName: nameOf(index),
      targetNamespace: TARGET_NAMESPACE,
      driftDetection: { mode: 'enabled' },
      chart: {
        spec: {
          chart: CHART,
          version: '6.x',
          sourceRef: { kind: repositoryType.kind, name: CHART },
        },
      },
      values: { pods: 0, cpu: '1' },
    },
  };
}

/** The same objects as those of a Kustomization, a file each. */
async function packChart(): Promise<Buffer> {
  const texts: Record<string, string> = {
    'Chart.yaml': `apiVersion: v2\nname: ${CHART}\nversion: ${VERSION}\n`,
    'values.yaml': 'pods: 1\ncpu: 1m\n',
  };
  for (const text of manifests().split('---\n')) {
    const kind = /^kind: (.*)$/m.exec(text)![1].toLowerCase();
    texts[`templates/${kind}.yaml`] = text
      .replaceAll('podinfo-${INDEX}', '{{ .Release.Name }}')
      .replaceAll('${PODS:=0}', '{{ .Values.pods }}')
      .replaceAll('${MCPU}', '{{ .Values.cpu }}')
      .replaceAll('managed-by: Flux', 'managed-by: {{ .Release.Service }}');
  }
  const chart = await loadChartFiles(
    Object.entries(texts).map(([name, text]) => ({
      ...{ name, data: Buffer.from(text) },
    })),
  );
  return Buffer.from((await packageChart(chart)).archive);
}
