// Servers: chart repositories over plain http of the test (node:http), the sandbox's Kubernetes API.
import { gzipSync } from 'node:zlib';
import { buffer } from 'node:stream/consumers';
import {
  HelmChart,
  HelmChartSpec,
} from '@backstage-gitops/plugin-gitops-common';
import { pack } from 'tar-stream';
import { migratedDatabases } from '../../../__testUtils__/databases';
import { readyOf } from '../../../__testUtils__/world';
import { conditionOf, PATIENCE } from './__testUtils__/Bench';
import { ChartBench } from './__testUtils__/ChartBench';
import { chartArchive, ChartServer } from './__testUtils__/ChartServer';

jest.setTimeout(180_000);

const matching = (message: string | RegExp) =>
  typeof message === 'string' ? message : expect.stringMatching(message);

describe('what a HelmChart of a HelmRepository says', () => {
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
    await bench.publish(name, ['1.0.0']);
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
    expect(conditionOf(object, 'Stalled') !== undefined).toBe(stalled ?? false);
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
      await bench.publish(name, ['1.0.0']);
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
    await bench.publish('large', ['1.0.0']);
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
      message: expect.stringContaining("chart 'web' has no downloadable URLs"),
    });
  });

  const tar = async (
    add: (archive: ReturnType<typeof pack>) => void,
  ): Promise<Buffer> => {
    const archive = pack();
    add(archive);
    archive.finalize();
    return gzipSync(await buffer(archive as unknown as NodeJS.ReadableStream));
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
      await bench.publish(`hostile-${name}`, ['1.0.0']);
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
    await bench.publish('waiting', ['1.0.0']);
    await world.until<HelmChart>(
      bench.refOf('HelmChart', 'waiting'),
      object => readyOf(object!)?.status === 'True',
      PATIENCE,
    );
  });
});
