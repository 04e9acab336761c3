// Servers: chart repositories over plain http of the test (node:http), the sandbox's Kubernetes API.
import { HelmChart } from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../../__testUtils__/databases';
import { readyOf } from '../../../__testUtils__/world';
import { conditionOf, PATIENCE } from './__testUtils__/Bench';
import { ChartBench } from './__testUtils__/ChartBench';
import {
  chartArchive,
  ChartServer,
  indexOf,
} from './__testUtils__/ChartServer';

jest.setTimeout(180_000);

describe('HelmChart of a HelmRepository', () => {
  const init = migratedDatabases();
  let bench: ChartBench;
  let world: ChartBench['world'];
  let server: ChartServer;

  beforeAll(async () => {
    bench = await ChartBench.start(await init('SQLITE_3'));
    ({ world, server } = bench);
  });

  afterAll(async () => {
    await bench?.stop();
  });

  const reconcile: ChartBench['reconcileChart'] = (...options) =>
    bench.reconcileChart(...options);

  it('is stored as it was downloaded', async () => {
    const archives = await bench.publish('pulled', ['1.0.0', '1.1.0']);
    const object = await reconcile('pulled', {});
    const message = "pulled 'web' chart with version '1.1.0'";
    expect(object.status).toMatchObject({
      observedGeneration: 1,
      observedChartName: 'web',
      observedSourceArtifactRevision: expect.stringMatching(
        /^sha256:[0-9a-f]{64}$/,
      ),
      url: object.status!.artifact!.url,
      artifact: {
        revision: '1.1.0',
        path: 'helmchart/default/pulled/web-1.1.0.tgz',
      },
    });
    expect(object.status?.observedValuesFiles).toBeUndefined();
    for (const type of ['Ready', 'ArtifactInStorage']) {
      expect(conditionOf(object, type)).toMatchObject({
        status: 'True',
        reason: 'ChartPullSucceeded',
        message,
      });
    }
    expect(await bench.archiveOf(object)).toEqual(archives.get('1.1.0'));
    expect(await world.eventsOf(object)).toContain(
      `ChartPullSucceeded: ${message}`,
    );
  });

  it.each([
    ['', '2.0.0'],
    ['*', '2.0.0'],
    ['~1.0', '1.0.5'],
    ['>=1.0.0 <2.0.0', '1.2.0'],
    ['1.0.0', '1.0.0'],
    ['>=2.0.0-0', '3.0.0-rc.1'],
  ])('has the version that %j means', async (version, expected) => {
    const name = `range-${expected.replaceAll('.', '-')}-${version.length}`;
    await bench.publish(name, [
      '1.0.0',
      '1.0.5',
      '1.2.0',
      '2.0.0',
      '3.0.0-rc.1',
    ]);
    const object = await reconcile(name, { version });
    expect(object.status?.artifact?.revision).toBe(expected);
  });

  it('is the one created last, of versions that differ in their build metadata only', async () => {
    const archive = await chartArchive({ name: 'web', version: '1.0.0+b' });
    server.put('/built/b.tgz', archive);
    server.put(
      '/built/index.yaml',
      indexOf(
        {
          ...{ name: 'web', version: '1.0.0+a', url: 'a.tgz' },
          created: '2026-01-01T00:00:00Z',
        },
        {
          ...{ name: 'web', version: '1.0.0+b', url: 'b.tgz' },
          created: '2026-02-01T00:00:00Z',
        },
        {
          ...{ name: 'web', version: '1.0.0+c', url: 'c.tgz' },
          created: '2025-01-01T00:00:00Z',
        },
      ),
    );
    await bench.reconcile('HelmRepository', 'built', {
      interval: '1h',
      url: `${server.url}/built`,
    } as never);
    const object = await reconcile('built', {});
    expect(object.status?.artifact?.revision).toBe('1.0.0+b');
  });

  it('is not downloaded again while its version is the same', async () => {
    await bench.publish('once', ['1.0.0']);
    await reconcile('once', {});
    const again = await reconcile('once', {});
    expect(server.requestsOf('/once/charts/web-1.0.0.tgz')).toHaveLength(1);
    expect(readyOf(again)).toMatchObject({
      reason: 'ChartPullSucceeded',
      message: "pulled 'web' chart with version '1.0.0'",
    });
    // A change of the spec may be one of the chart.
    await reconcile('once', { version: '1.x' });
    expect(server.requestsOf('/once/charts/web-1.0.0.tgz')).toHaveLength(2);
  });

  it('follows its repository', async () => {
    await bench.publish('followed', ['1.0.0']);
    await reconcile('followed', {});
    await bench.publish('followed', ['1.0.0', '1.0.1']);
    const object = await world.until<HelmChart>(
      bench.refOf('HelmChart', 'followed'),
      found => found?.status?.artifact?.revision === '1.0.1',
      PATIENCE,
    );
    expect(readyOf(object)?.status).toBe('True');
  });

  it('has other values, and a version that tells so', async () => {
    await bench.publish('valued', ['1.0.0+x'], {
      'values.yaml': 'a: 1\nb: {c: 1, d: 2}\n',
      'prod.yaml': 'b: {c: 5}\ne: [1]\n',
    });
    const object = await reconcile('valued', {
      valuesFiles: ['values.yaml', './prod.yaml'],
    });
    const message =
      "packaged 'web' chart with version '1.0.0+x.1' and merged values files [values.yaml ./prod.yaml]";
    expect(readyOf(object)).toMatchObject({
      reason: 'ChartPackageSucceeded',
      message,
    });
    expect(object.status?.artifact).toMatchObject({
      revision: '1.0.0+x.1',
      path: 'helmchart/default/valued/web-1.0.0+x.1.tgz',
    });
    const chart = await bench.chartOf(object);
    expect(chart.metadata.version).toBe('1.0.0+x.1');
    expect(chart.values).toEqual({ a: 1, b: { c: 5, d: 2 }, e: [1] });
    const again = await reconcile('valued', {
      valuesFiles: ['values.yaml', './prod.yaml'],
    });
    expect(readyOf(again)?.message).toBe(message);
    expect(again.status?.artifact?.lastUpdateTime).toBe(
      object.status?.artifact?.lastUpdateTime,
    );
  });

  it('passes over values files that are missing, where it may', async () => {
    await bench.publish('lenient', ['1.0.0']);
    const object = await reconcile('lenient', {
      valuesFiles: ['values.yaml', 'absent.yaml'],
      ignoreMissingValuesFiles: true,
    });
    expect(object.status?.observedValuesFiles).toEqual(['values.yaml']);
    expect(readyOf(object)?.message).toMatch(
      /and merged values files \[values.yaml\]$/,
    );
  });

  it('counts values.yaml alone as none', async () => {
    await bench.publish('plain', ['1.0.0']);
    const object = await reconcile('plain', {
      valuesFiles: ['./values.yaml'],
    });
    expect(object.status?.artifact?.revision).toBe('1.0.0');
  });

  it('is downloaded with credentials from its own host only, unless they are to be passed', async () => {
    const other = await ChartServer.start();
    try {
      const archive = await chartArchive({ name: 'web', version: '1.0.0' });
      await bench.secret('chart-user', { username: 'me', password: 'p' });
      const index = (url: string) =>
        indexOf({ name: 'web', version: '1.0.0', url });
      other.put('/web.tgz', archive);
      server.put('/own/web.tgz', archive);
      const url = `${server.url}/own`;
      const secretRef = { name: 'chart-user' };
      const repo = (spec: object) =>
        bench.reconcile('HelmRepository', 'own', {
          ...{ interval: '1h', url, secretRef },
          ...spec,
        } as never);
      server.put('/own/index.yaml', index('web.tgz'));
      await repo({});
      await reconcile('own', {});
      const basic = `Basic ${Buffer.from('me:p').toString('base64')}`;
      expect(server.requestsOf('/own/web.tgz')).toEqual([
        { path: '/own/web.tgz', authorization: basic },
      ]);
      server.put('/own/index.yaml', index(`${other.url}/web.tgz`));
      await repo({});
      await reconcile('own', { version: '1.x' });
      await repo({ passCredentials: true });
      await reconcile('own', { version: '1.*' });
      expect(other.requests).toEqual([
        { path: '/web.tgz', authorization: undefined },
        { path: '/web.tgz', authorization: basic },
      ]);
    } finally {
      await other.stop();
    }
  });
});
