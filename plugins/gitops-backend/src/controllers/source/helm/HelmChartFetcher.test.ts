// Servers: chart repositories over plain http of the test (node:http), the sandbox's Kubernetes API.
import { gunzipSync, gzipSync } from 'node:zlib';
import { buffer } from 'node:stream/consumers';
import {
  GitopsObject,
  HelmChart,
  HelmChartSpec,
} from '@backstage-gitops/plugin-gitops-common';
import { pack } from 'tar-stream';
import { migratedDatabases } from '../../../__testUtils__/databases';
import { readyOf, World } from '../../../__testUtils__/world';
import { Bench, conditionOf, PATIENCE } from './__testUtils__/Bench';
import {
  chartArchive,
  ChartServer,
  indexOf,
} from './__testUtils__/ChartServer';

jest.setTimeout(180_000);

const YAML = (object: object) => JSON.stringify(object);

const matching = (message: string | RegExp) =>
  typeof message === 'string' ? message : expect.stringMatching(message);

describe('HelmChart', () => {
  const init = migratedDatabases();
  let world: World;
  let bench: Bench;
  let server: ChartServer;

  beforeAll(async () => {
    server = await ChartServer.start();
    world = await World.start();
    bench = new Bench(world);
    await world.startPortal(await init('SQLITE_3'));
    await world.untilKinds(
      'helmrepositories.source.toolkit.fluxcd.io',
      'helmcharts.source.toolkit.fluxcd.io',
      'gitrepositories.source.toolkit.fluxcd.io',
      'buckets.source.toolkit.fluxcd.io',
    );
  });

  afterAll(async () => {
    await world?.stop();
    await server?.stop();
  });

  const reconcile = (
    name: string,
    spec: Partial<HelmChartSpec>,
    kind: HelmChartSpec['sourceRef']['kind'] = 'HelmRepository',
  ) =>
    bench.reconcile<HelmChart>('HelmChart', name, {
      chart: 'web',
      interval: '1h',
      sourceRef: { kind, name },
      ...spec,
    });

  /** A repository with charts `web` in these versions. */
  const repository = async (
    name: string,
    versions: readonly string[],
    files: Record<string, string> = {},
  ) => {
    const archives = new Map<string, Buffer>();
    for (const version of versions) {
      const archive = await chartArchive({ name: 'web', version }, files);
      archives.set(version, archive);
      server.put(`/${name}/charts/web-${version}.tgz`, archive);
    }
    server.put(
      `/${name}/index.yaml`,
      indexOf(...versions.map(version => ({ name: 'web', version }))),
    );
    await bench.reconcile('HelmRepository', name, {
      interval: '1h',
      url: `${server.url}/${name}`,
    } as never);
    return archives;
  };

  describe('of a HelmRepository', () => {
    it('is stored as it was downloaded', async () => {
      const archives = await repository('pulled', ['1.0.0', '1.1.0']);
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
      await repository(name, [
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
      await repository('once', ['1.0.0']);
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
      await repository('followed', ['1.0.0']);
      await reconcile('followed', {});
      await repository('followed', ['1.0.0', '1.0.1']);
      const object = await world.until<HelmChart>(
        bench.refOf('HelmChart', 'followed'),
        found => found?.status?.artifact?.revision === '1.0.1',
        PATIENCE,
      );
      expect(readyOf(object)?.status).toBe('True');
    });

    it('has other values, and a version that tells so', async () => {
      await repository('valued', ['1.0.0+x'], {
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
      await repository('lenient', ['1.0.0']);
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
      await repository('plain', ['1.0.0']);
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

    const reasons: [
      string,
      Partial<HelmChartSpec>,
      {
        type: string;
        reason: string;
        message: string | RegExp;
        stalled?: boolean;
      },
    ][] = [
      [
        'no-chart',
        { chart: 'other' },
        {
          type: 'FetchFailed',
          reason: 'InvalidChartReference',
          message:
            /^invalid chart reference: failed to get chart version for remote reference: no chart name found/,
          stalled: true,
        },
      ],
      [
        'no-version',
        { version: '9.x' },
        {
          type: 'FetchFailed',
          reason: 'InvalidChartReference',
          message:
            "invalid chart reference: failed to get chart version for remote reference: no 'web' chart with version matching '9.x' found",
          stalled: true,
        },
      ],
      [
        'no-range',
        { version: 'nonsense range' },
        {
          type: 'FetchFailed',
          reason: 'InvalidChartReference',
          message: /neither a version nor a range/,
          stalled: true,
        },
      ],
      ...['../web', '.', '..', 'Web', 'a//b', `${'a'.repeat(60)}!`].map(
        (chart, i) =>
          [
            `bad-name-${i}`,
            { chart },
            {
              type: 'FetchFailed',
              reason: 'InvalidChartReference',
              message: `invalid chart reference: invalid chart name '${chart}': a valid name must be lower case letters and numbers and MAY be separated with dashes (-), slashes (/) or periods (.)`,
              stalled: true,
            },
          ] as [string, Partial<HelmChartSpec>, never],
      ),
      [
        'no-values',
        { valuesFiles: ['absent.yaml'] },
        {
          type: 'BuildFailed',
          reason: 'ValuesFilesError',
          message:
            /^values files merge error: failed to merge chart values: no values file found at path 'absent.yaml'$/,
          stalled: true,
        },
      ],
      [
        'unsigned',
        { verify: { provider: 'cosign' } },
        {
          type: 'BuildFailed',
          reason: 'ChartVerificationError',
          message: /^chart verification error: /,
        },
      ],
    ];

    it.each(reasons)('%s: says what is wrong', async (name, spec, wanted) => {
      await repository(name, ['1.0.0']);
      const object = await reconcile(name, spec);
      const { type, reason, message, stalled } = wanted;
      expect(conditionOf(object, type)).toMatchObject({
        status: 'True',
        reason,
        message: matching(message),
      });
      expect(readyOf(object)).toMatchObject({
        status: 'False',
        reason:
          reason === 'ChartVerificationError' ? 'VerificationError' : reason,
      });
      expect(conditionOf(object, 'Stalled') !== undefined).toBe(
        stalled ?? false,
      );
      expect(
        conditionOf(
          object,
          type === 'FetchFailed' ? 'BuildFailed' : 'FetchFailed',
        ),
      ).toBeUndefined();
      expect(conditionOf(object, 'SourceVerified')?.reason).toBe(
        reason === 'ChartVerificationError' ? 'VerificationError' : undefined,
      );
    });

    const answers: [string, string, number, string, RegExp][] = [
      ['gone', 'not found', 404, 'ChartPullError', /404 Not Found/],
      [
        'denied',
        'not allowed',
        401,
        'AuthenticationFailed',
        /^failed to authenticate with the Helm repository: chart pull error: .*401/,
      ],
      ['down', 'down', 503, 'ChartPullError', /503 Service Unavailable/],
    ];

    it.each(answers)(
      '%s: says that its archive is %s',
      async (name, _, status, reason, message) => {
        await repository(name, ['1.0.0']);
        server.put(`/${name}/charts/web-1.0.0.tgz`, (__, response) => {
          response.statusCode = status;
          response.end();
        });
        const object = await reconcile(name, {});
        expect(conditionOf(object, 'FetchFailed')).toMatchObject({
          reason,
          message: expect.stringMatching(message),
        });
        expect(conditionOf(object, 'Stalled')).toBeUndefined();
        expect(object.status?.observedSourceArtifactRevision).toBeDefined();
      },
    );

    it('is refused where an archive is larger than 10 MiB', async () => {
      await repository('large', ['1.0.0']);
      server.put(
        '/large/charts/web-1.0.0.tgz',
        Buffer.alloc(10 * 1024 * 1024 + 1),
      );
      const object = await reconcile('large', {});
      expect(readyOf(object)).toMatchObject({
        reason: 'ChartPullError',
        message: expect.stringContaining('10485760 bytes'),
      });
    });

    it('is refused where the index has no address for it', async () => {
      server.put(
        '/nowhere/index.yaml',
        '{"apiVersion":"v1","entries":{"web":[{"apiVersion":"v2","name":"web","version":"1.0.0","urls":[]}]}}',
      );
      await bench.reconcile('HelmRepository', 'nowhere', {
        interval: '1h',
        url: `${server.url}/nowhere`,
      } as never);
      const object = await reconcile('nowhere', {});
      expect(readyOf(object)).toMatchObject({
        reason: 'ChartPullError',
        message: expect.stringContaining(
          "chart 'web' has no downloadable URLs",
        ),
      });
    });

    const tar = async (
      add: (archive: ReturnType<typeof pack>) => void,
    ): Promise<Buffer> => {
      const archive = pack();
      add(archive);
      archive.finalize();
      return gzipSync(
        await buffer(archive as unknown as NodeJS.ReadableStream),
      );
    };
    const chartYaml = 'apiVersion: v2\nname: web\nversion: 1.0.0\n';

    const hostile: [string, () => Promise<Buffer>][] = [
      ['no-gzip', async () => Buffer.from('hello')],
      [
        'cut',
        async () =>
          (await chartArchive({ name: 'web', version: '1.0.0' })).subarray(
            0,
            100,
          ),
      ],
      [
        'parent',
        () =>
          tar(archive => {
            archive.entry({ name: 'web/Chart.yaml' }, chartYaml);
            archive.entry({ name: 'web/../../evil' }, 'x');
          }),
      ],
      [
        'link',
        () =>
          tar(archive => {
            archive.entry({ name: 'web/Chart.yaml' }, chartYaml);
            archive.entry({
              ...{ name: 'web/values.yaml', type: 'symlink' },
              linkname: '/etc/passwd',
            });
          }),
      ],
      [
        'named',
        () =>
          tar(archive => {
            archive.entry(
              { name: 'web/Chart.yaml' },
              'apiVersion: v2\nname: ../../evil\nversion: 1.0.0\n',
            );
          }),
      ],
      [
        'dots',
        () =>
          tar(archive => {
            archive.entry(
              { name: 'web/Chart.yaml' },
              'apiVersion: v2\nname: ..\nversion: 1.0.0\n',
            );
          }),
      ],
      [
        'laughs',
        () =>
          tar(archive => {
            const lines = [...'bcdefghij'].map(
              (letter, i) =>
                `${letter}: &${letter} [${Array(9).fill(`*${'abcdefghi'[i]}`)}]`,
            );
            archive.entry({ name: 'web/Chart.yaml' }, chartYaml);
            archive.entry(
              { name: 'web/values.yaml' },
              ['a: &a [x]', ...lines].join('\n'),
            );
          }),
      ],
      [
        'bomb',
        () =>
          tar(archive => {
            archive.entry({ name: 'web/Chart.yaml' }, chartYaml);
            for (let i = 0; i < 5; i++) {
              archive.entry(
                { name: `web/files/${i}` },
                Buffer.alloc(4 * 1024 * 1024),
              );
            }
          }),
      ],
    ];

    it.each(hostile)(
      'is refused where its archive is: %s',
      async (name, make) => {
        await repository(`hostile-${name}`, ['1.0.0']);
        server.put(`/hostile-${name}/charts/web-1.0.0.tgz`, await make());
        const object = await reconcile(`hostile-${name}`, {});
        expect(readyOf(object)).toMatchObject({
          reason: 'ChartPullError',
          message: expect.stringContaining('chart pull error: '),
        });
        expect(object.status?.artifact).toBeUndefined();
      },
    );

    it('waits for its repository, and for its index', async () => {
      const missing = await reconcile('waiting', {});
      expect(conditionOf(missing, 'FetchFailed')).toMatchObject({
        reason: 'SourceUnavailable',
        message:
          'failed to get source: helmrepositories.source.toolkit.fluxcd.io "waiting" not found',
      });
      await bench.reconcile('HelmRepository', 'waiting', {
        interval: '1h',
        url: `${server.url}/waiting`,
      } as never);
      const empty = await reconcile('waiting', {});
      expect(conditionOf(empty, 'FetchFailed')).toMatchObject({
        reason: 'NoSourceArtifact',
        message: "no artifact available for HelmRepository source 'waiting'",
      });
      await repository('waiting', ['1.0.0']);
      await world.until<HelmChart>(
        bench.refOf('HelmChart', 'waiting'),
        object => readyOf(object!)?.status === 'True',
        PATIENCE,
      );
    });
  });

  describe('of a directory', () => {
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
      await repository('library', ['1.0.0', '1.2.0', '2.0.0']);
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
      const tree = loaded.dependencies.map(
        ({ name, metadata, dependencies }) => [
          name,
          metadata.version,
          ...dependencies.map(inner => inner.name),
        ],
      );
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

    const dependency = (url: string, version = '1.0.0') => ({
      'app/Chart.yaml': YAML({
        ...{ apiVersion: 'v2', name: 'app', version: '0.1.0' },
        dependencies: [{ name: 'dep', version, repository: url }],
      }),
    });

    const failures: [
      string,
      Record<string, string>,
      Partial<HelmChartSpec>,
      string,
      RegExp,
    ][] = [
      [
        'absent',
        {},
        { chart: 'nowhere' },
        'InvalidChartReference',
        /no chart found at path 'nowhere'/,
      ],
      [
        'no-yaml',
        { 'app/values.yaml': '' },
        {},
        'InvalidChartReference',
        /Chart.yaml file is missing/,
      ],
      [
        'bad-version',
        { 'app/Chart.yaml': YAML({ apiVersion: 'v2', name: 'app' }) },
        {},
        'InvalidChartReference',
        /version/,
      ],
      [
        'bad-values',
        { ...dependency(''), 'app/values.yaml': 'a: [' },
        {},
        'ChartPackageError',
        /values.yaml/,
      ],
      [
        'lost-values',
        {
          'app/Chart.yaml': YAML({
            apiVersion: 'v2',
            name: 'app',
            version: '1.0.0',
          }),
          'app/values.yaml': '',
        },
        { valuesFiles: ['x/lost.yaml'] },
        'ValuesFilesError',
        /^values files merge error: no values file found at path '\/x\/lost.yaml' \(reference 'x\/lost.yaml'\)$/,
      ],
      [
        'torn-values',
        {
          'app/Chart.yaml': YAML({
            apiVersion: 'v2',
            name: 'app',
            version: '1.0.0',
          }),
          'app/values.yaml': '',
          'torn.yaml': 'a: [',
        },
        { valuesFiles: ['torn.yaml'] },
        'ValuesFilesError',
        /^values files merge error: /,
      ],
      [
        'dep-gone',
        dependency('file://../gone'),
        {},
        'DependencyBuildError',
        /^dependency build error: failed to add local dependency 'dep': no chart found at '\/gone' \(reference 'file:\/\/..\/gone'\)$/,
      ],
      [
        'dep-empty',
        dependency(''),
        {},
        'DependencyBuildError',
        /no chart found at '\/app\/charts\/dep' \(reference ''\)/,
      ],
      [
        'dep-outside',
        dependency('file://../../../etc'),
        {},
        'DependencyBuildError',
        /leaves the source/,
      ],
      [
        'dep-alias',
        dependency('@stable'),
        {},
        'DependencyBuildError',
        /stable/,
      ],
      [
        'dep-scheme',
        dependency('ftp://x/y'),
        {},
        'DependencyBuildError',
        /must be empty, file:/,
      ],
      [
        'dep-metadata',
        dependency('http://169.254.169.254/latest'),
        {},
        'DependencyBuildError',
        /169\.254\.169\.254/,
      ],
      [
        'dep-version',
        {
          ...dependency('file://../dep', '2.x'),
          'dep/Chart.yaml': YAML({
            apiVersion: 'v2',
            name: 'dep',
            version: '1.0.0',
          }),
        },
        {},
        'DependencyBuildError',
        /can't get a valid version for constraint '2.x'/,
      ],
      [
        'dep-itself',
        dependency('file://.'),
        {},
        'DependencyBuildError',
        /depends on itself/,
      ],
      [
        'dep-circle',
        {
          ...dependency('file://../dep'),
          'dep/Chart.yaml': YAML({
            ...{ apiVersion: 'v2', name: 'dep', version: '1.0.0' },
            dependencies: [
              { name: 'app', version: '*', repository: 'file://../app' },
            ],
          }),
        },
        {},
        'DependencyBuildError',
        /depends on itself/,
      ],
    ];

    it.each(failures)(
      '%s: says what is wrong',
      async (name, files, spec, reason, message) => {
        await bench.sourceOf('GitRepository', name, { ...files, x: '' });
        const object = await reconcile(
          name,
          { chart: 'app', ...spec },
          'GitRepository',
        );
        expect(readyOf(object)).toMatchObject({
          status: 'False',
          reason,
          message: expect.stringMatching(message),
        });
        const stalls = ['InvalidChartReference', 'ValuesFilesError'];
        expect(conditionOf(object, 'Stalled') !== undefined).toBe(
          stalls.includes(reason),
        );
      },
    );

    it('tries again after a failure, whatever was observed of the source', async () => {
      await bench.sourceOf('GitRepository', 'again', chart());
      const spec = { chart: 'charts/web' };
      await reconcile('again', spec, 'GitRepository');
      const broken = {
        ...chart({ version: '1.1.0' }),
        'charts/web/values.yaml': 'a: [',
      };
      const two = `main@sha1:${'2'.repeat(40)}`;
      await bench.sourceOf('GitRepository', 'again', broken, two);
      for (let i = 0; i < 2; i++) {
        const failed = await reconcile('again', spec, 'GitRepository');
        expect(readyOf(failed)?.reason).toBe('ChartPackageError');
        expect(failed.status).toMatchObject({
          observedSourceArtifactRevision: two,
          artifact: { revision: '1.0.0' },
        });
      }
    });
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
