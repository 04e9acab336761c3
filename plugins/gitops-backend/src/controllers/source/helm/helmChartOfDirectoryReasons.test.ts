// Servers: chart repositories over plain http of the test (node:http), the sandbox's Kubernetes API.
import { HelmChartSpec } from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../../__testUtils__/databases';
import { readyOf } from '../../../__testUtils__/world';
import { conditionOf } from './__testUtils__/Bench';
import { ChartBench } from './__testUtils__/ChartBench';

jest.setTimeout(180_000);

const YAML = (object: object) => JSON.stringify(object);

describe('what a HelmChart of a directory says', () => {
  const init = migratedDatabases();
  let bench: ChartBench;

  beforeAll(async () => {
    bench = await ChartBench.start(await init('SQLITE_3'));
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
    ['dep-alias', dependency('@stable'), {}, 'DependencyBuildError', /stable/],
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
