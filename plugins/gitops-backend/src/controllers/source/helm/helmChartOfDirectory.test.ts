// Servers: chart repositories over plain http of the test (node:http), the sandbox's Kubernetes API.
import { gunzipSync } from 'node:zlib';
import { GitopsObject } from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../../__testUtils__/databases';
import { readyOf } from '../../../__testUtils__/world';
import { ChartBench } from './__testUtils__/ChartBench';
import {
  chartArchive,
  ChartServer,
  indexOf,
} from './__testUtils__/ChartServer';

jest.setTimeout(180_000);

const YAML = (object: object) => JSON.stringify(object);

describe('HelmChart of a directory', () => {
  const init = migratedDatabases();
  let bench: ChartBench;
  let server: ChartServer;

  beforeAll(async () => {
    bench = await ChartBench.start(await init('SQLITE_3'));
    ({ server } = bench);
  });

  afterAll(async () => {
    await bench?.stop();
  });

  const reconcile: ChartBench['reconcileChart'] = (...options) =>
    bench.reconcileChart(...options);

  const chart = (metadata: object = {}) => ({
    'charts/web/Chart.yaml': YAML({
      ...{ apiVersion: 'v2', name: 'web', version: '1.0.0' },
      ...metadata,
    }),
    'charts/web/values.yaml': 'a: 1\n',
    'charts/web/templates/web.yaml': 'kind: Pod\n',
  });

  it('is packed, without what .helmignore names', async () => {
    await bench.sourceOf('GitRepository', 'packed', {
      ...chart(),
      'charts/web/.helmignore': 'secret/\n*.big\n',
      'charts/web/secret/key': 'canary',
      'charts/web/large.big': Buffer.alloc(6 * 1024 * 1024),
      'charts/other/values.yaml': 'b: 1',
    });
    const object = await reconcile(
      'packed',
      { chart: './charts/web/' },
      'GitRepository',
    );
    expect(readyOf(object)).toMatchObject({
      status: 'True',
      reason: 'ChartPackageSucceeded',
      message: "packaged 'web' chart with version '1.0.0'",
    });
    expect(object.status).toMatchObject({
      observedSourceArtifactRevision:
        'main@sha1:0123456789abcdef0123456789abcdef01234567',
      artifact: { revision: '1.0.0' },
    });
    const archive = await bench.archiveOf(object);
    expect(gunzipSync(archive).toString('latin1')).not.toContain('canary');
    const loaded = await bench.chartOf(object);
    expect(loaded.files.map(({ name }) => name)).not.toContain('large.big');
  });

  it('is the same, byte for byte, wherever it is made', async () => {
    const digests = [];
    for (const name of ['twin-a', 'twin-b']) {
      await bench.sourceOf('GitRepository', name, chart());
      const object = await reconcile(
        name,
        { chart: 'charts/web' },
        'GitRepository',
      );
      digests.push(object.status?.artifact?.digest);
    }
    expect(digests[0]).toBe(digests[1]);
  });

  it('is made anew for a new version, or for each revision where it is to', async () => {
    const make = (name: string, revision: string, version = '1.0.0') =>
      bench.sourceOf('GitRepository', name, chart({ version }), revision);
    const one = `main@sha1:${'1'.repeat(40)}`;
    const two = `main@sha1:${'2'.repeat(40)}`;
    const spec = { chart: 'charts/web' };
    await make('versions', one);
    await reconcile('versions', spec, 'GitRepository');
    await make('versions', two);
    const same = await reconcile('versions', spec, 'GitRepository');
    expect(same.status).toMatchObject({
      observedSourceArtifactRevision: two,
      artifact: { revision: '1.0.0' },
    });
    await make('versions', two, '1.0.1');
    const newer = await reconcile(
      'versions',
      { ...spec, reconcileStrategy: 'Revision' },
      'GitRepository',
    );
    expect(newer.status?.artifact?.revision).toBe('1.0.1+222222222222');
    const valued = await reconcile(
      'versions',
      {
        ...spec,
        reconcileStrategy: 'Revision',
        valuesFiles: ['charts/web/values.yaml', 'charts/web/values.yaml'],
      },
      'GitRepository',
    );
    expect(valued.status?.artifact?.revision).toBe('1.0.1+222222222222.3');
  });

  it('shows the revision of a Bucket', async () => {
    await bench.sourceOf(
      'Bucket',
      'bucket',
      chart(),
      `sha256:${'ab'.repeat(32)}`,
    );
    const object = await reconcile(
      'bucket',
      { chart: 'charts/web', reconcileStrategy: 'Revision' },
      'Bucket',
    );
    expect(object.status?.artifact?.revision).toBe('1.0.0+abababababab');
  });

  it('may be packed already', async () => {
    const archive = await chartArchive({ name: 'web', version: '2.0.0' });
    await bench.sourceOf('GitRepository', 'archive', {
      'web.tgz': archive,
      'values/prod.yaml': 'replicas: 9',
    });
    const pulled = await reconcile(
      'archive',
      { chart: 'web.tgz' },
      'GitRepository',
    );
    expect(readyOf(pulled)).toMatchObject({
      reason: 'ChartPullSucceeded',
      message: "pulled 'web' chart with version '2.0.0'",
    });
    expect(await bench.archiveOf(pulled)).toEqual(archive);
    const packed = await reconcile(
      'archive',
      { chart: 'web.tgz', valuesFiles: ['values/prod.yaml'] },
      'GitRepository',
    );
    expect(readyOf(packed)?.message).toBe(
      "packaged 'web' chart with version '2.0.0+2' and merged values files [values/prod.yaml]",
    );
    expect((await bench.chartOf(packed)).values).toEqual({ replicas: 9 });
  });

  it('merges values files of the whole source', async () => {
    await bench.sourceOf('GitRepository', 'merged', {
      ...chart(),
      'env/a.yaml': 'x: {v: 1}',
      'env/b.yaml': 'x: {z: null}',
    });
    const object = await reconcile(
      'merged',
      {
        chart: 'charts/web',
        valuesFiles: ['env/a.yaml', '../env/b.yaml', 'absent.yaml'],
        ignoreMissingValuesFiles: true,
      },
      'GitRepository',
    );
    expect((await bench.chartOf(object)).values).toEqual({
      x: { v: 1, z: null },
    });
    expect(object.status?.observedValuesFiles).toEqual([
      'env/a.yaml',
      '../env/b.yaml',
    ]);
  });

  it('has its dependencies: of repositories, of the same source, and those of these', async () => {
    await bench.publish('library', ['1.0.0', '1.2.0', '2.0.0']);
    server.put(
      '/anonymous/db-0.1.0.tgz',
      await chartArchive({ name: 'db', version: '0.1.0' }),
    );
    server.put(
      '/anonymous/index.yaml',
      indexOf({ name: 'db', version: '0.1.0', url: 'db-0.1.0.tgz' }),
    );
    await bench.sourceOf('GitRepository', 'umbrella', {
      'app/Chart.yaml': YAML({
        ...{ apiVersion: 'v2', name: 'app', version: '0.1.0' },
        dependencies: [
          {
            ...{ name: 'web', version: '1.x' },
            // With and without a slash at the end, it is one repository.
            ...{ repository: `${server.url}/library/`, alias: 'front' },
          },
          {
            ...{ name: 'web', version: '1.x' },
            ...{ repository: `${server.url}/library/`, alias: 'back' },
          },
          {
            ...{ name: 'db', version: '>=0.1.0' },
            repository: `${server.url}/anonymous`,
          },
          {
            ...{ name: 'common', version: '*' },
            repository: 'file://../common',
          },
          { name: 'inside', version: '1.0.0', repository: '' },
        ],
      }),
      'app/charts/inside/Chart.yaml': YAML({
        ...{ apiVersion: 'v2', name: 'inside', version: '1.0.0' },
      }),
      'common/Chart.yaml': YAML({
        ...{ apiVersion: 'v2', name: 'common', version: '3.0.0' },
        dependencies: [
          { name: 'base', version: '~1', repository: 'file://../base' },
        ],
      }),
      'base/Chart.yaml': YAML({
        ...{ apiVersion: 'v2', name: 'base', version: '1.5.0' },
      }),
    });
    const object = await reconcile(
      'umbrella',
      { chart: 'app' },
      'GitRepository',
    );
    expect(readyOf(object)?.message).toBe(
      "packaged 'app' chart with version '0.1.0'",
    );
    const loaded = await bench.chartOf(object);
    const tree = loaded.dependencies.map(({ name, metadata, dependencies }) => [
      name,
      metadata.version,
      ...dependencies.map(inner => inner.name),
    ]);
    expect(tree.sort()).toEqual([
      ['common', '3.0.0', 'base'],
      ['db', '0.1.0'],
      ['inside', '1.0.0'],
      ['web', '1.2.0'],
    ]);
  });

  it('uses the credentials of the HelmRepository with the URL of a dependency', async () => {
    const archive = await chartArchive({ name: 'db', version: '1.0.0' });
    const index = indexOf({ name: 'db', version: '1.0.0', url: 'db.tgz' });
    server.protect('/guarded/index.yaml', 'me:p', index);
    server.protect('/guarded/db.tgz', 'me:p', archive);
    await bench.sourceOf('GitRepository', 'guarded', {
      'app/Chart.yaml': YAML({
        ...{ apiVersion: 'v2', name: 'app', version: '0.1.0' },
        dependencies: [
          {
            ...{ name: 'db', version: '1' },
            repository: `${server.url}/guarded/`,
          },
        ],
      }),
    });
    const denied = await reconcile(
      'guarded',
      { chart: 'app' },
      'GitRepository',
    );
    expect(readyOf(denied)).toMatchObject({
      reason: 'DependencyBuildError',
      message: expect.stringMatching(
        /^dependency build error: failed to add remote dependency 'db': .*401 Unauthorized/,
      ),
    });
    await bench.secret('guard', { username: 'me', password: 'p' });
    await bench.reconcile('HelmRepository', 'guarded', {
      ...{ interval: '1h', url: `${server.url}/guarded` },
      secretRef: { name: 'guard' },
    } as never);
    const allowed = await reconcile(
      'guarded',
      { chart: 'app' },
      'GitRepository',
    );
    expect(readyOf(allowed)?.status).toBe('True');
  });

  it('can have a source of three kinds only', async () => {
    await expect(
      bench.apply('HelmChart', 'kinds', {
        ...{ chart: 'web', interval: '1h' },
        sourceRef: { kind: 'OCIRepository', name: 'x' },
      } as unknown as GitopsObject),
    ).rejects.toThrow(/sourceRef.kind/);
  });
});
