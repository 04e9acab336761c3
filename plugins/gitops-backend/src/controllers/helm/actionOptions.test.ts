// Servers: the sandbox's Kubernetes API and Git server.
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { migratedDatabases } from '../../__testUtils__/databases';
import { conditionOf, HelmScene, historyOf } from './__testUtils__/HelmScene';

jest.setTimeout(240_000);

const EXTRA = `{{ with .Values.extra }}
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ $.Release.Name }}-{{ . }}"}
{{ end }}
`;
const WAITED = `{{ with .Values.phase }}
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ $.Release.Name }}-phase"}
data: {phase: {{ . }}}
{{ end }}
`;

describe('options of actions', () => {
  const init = migratedDatabases();
  let scene: HelmScene;

  beforeAll(async () => {
    scene = await HelmScene.start({
      database: init('SQLITE_3'),
      files: {
        'templates/extra.yaml': EXTRA,
        'templates/phase.yaml': WAITED,
      },
    });
  });
  afterAll(() => scene?.stop());

  it.each([false, true])(
    'cleanupOnFail deletes what a failed upgrade made: %s',
    async cleanupOnFail => {
      const name = `clean-${cleanupOnFail}`;
      await scene.apply(name);
      await scene.released(name);
      await scene.apply(name, {
        values: { extra: 'new', job: 'failed' },
        upgrade: { cleanupOnFail },
      });
      await scene.stalled(name, 'RetriesExceeded');
      const extra = await scene.read('ConfigMap', `${name}-new`);
      expect(extra === undefined).toBe(cleanupOnFail);
      expect(await scene.revisions(name)).toEqual(['1 deployed', '2 failed']);
    },
  );

  it.each([false, true])(
    'force replaces objects, with all that others wrote there: %s',
    async force => {
      const name = `force-${force}`;
      await scene.apply(name, { install: { serverSideApply: false } });
      await scene.released(name);
      await scene.world.client.patch(
        { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name },
        { type: 'merge', body: { data: { theirs: 'x' } } },
      );
      await scene.apply(name, {
        values: { value: 'b' },
        upgrade: { force, serverSideApply: 'disabled' },
      });
      await scene.released(name);
      const map = await scene.read<KubernetesObject & { data?: object }>(
        'ConfigMap',
        name,
      );
      expect(map?.data).toEqual({
        ...{ value: 'b', revision: '2' },
        ...(!force && { theirs: 'x' }),
      });
    },
  );

  it.each([
    ['Reinstall', 'renamed-new', ['1 deployed renamed']],
    [
      'InPlaceUpdate',
      'renamed-same',
      ['2 deployed renamed', '1 superseded game'],
    ],
  ] as const)(
    'chartNameChangeStrategy %s',
    async (chartNameChangeStrategy, name, history) => {
      const upgrade = { chartNameChangeStrategy };
      const of = (chart: string) => ({
        chart: {
          spec: {
            ...{ chart, version: '*' },
            sourceRef: { kind: 'GitRepository' as const, name: 'repo' },
          },
        },
        upgrade,
      });
      const { git } = scene.world.sandbox;
      await git.commit('team/app', {
        message: 'Another chart',
        files: {
          'charts/renamed/Chart.yaml':
            'apiVersion: v2\nname: renamed\nversion: 0.1.0\n',
          'charts/renamed/templates/config.yaml':
            'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}"}\ndata: {value: renamed}\n',
        },
      });
      await scene.world.client.patch(
        {
          apiVersion: 'source.toolkit.fluxcd.io/v1',
          ...{ kind: 'GitRepository', namespace: 'default', name: 'repo' },
        },
        {
          type: 'merge',
          body: {
            metadata: {
              annotations: { 'reconcile.fluxcd.io/requestedAt': name },
            },
          },
        },
      );
      await scene.apply(name, of('./charts/game'));
      await scene.released(name);
      await scene.apply(name, of('./charts/renamed'));
      const object = await scene.until(
        name,
        ({ status }) =>
          status?.history?.[0]?.chartName === 'renamed' &&
          status.history[0].status === 'deployed',
      );
      expect(
        object.status?.history?.map(
          ({ version, status, chartName }) =>
            `${version} ${status} ${chartName}`,
        ),
      ).toEqual(history);
      expect(await scene.value(name)).toBe('renamed');
      expect(historyOf(object)).toHaveLength(history.length);
    },
  );

  it('healthCheckExprs decide whether objects are ready', async () => {
    const healthCheckExprs = [
      {
        ...{ apiVersion: 'v1', kind: 'ConfigMap' },
        inProgress: "has(data.phase) && data.phase == 'starting'",
        failed: "has(data.phase) && data.phase == 'broken'",
        current: "!has(data.phase) || data.phase == 'running'",
      },
    ];
    await scene.apply('healthy', {
      healthCheckExprs,
      values: { phase: 'running' },
    });
    await scene.released('healthy');
    await scene.apply('healthy', {
      healthCheckExprs,
      values: { phase: 'broken' },
    });
    const object = await scene.failed(
      'healthy',
      'UpgradeFailed',
      /ConfigMap\/default\/healthy-phase not ready\. status: Failed/,
    );
    expect(conditionOf(object, 'Released')?.[0]).toBe('False');
    await scene.apply('healthy', {
      healthCheckExprs,
      timeout: '1s',
      values: { phase: 'starting' },
    });
    await scene.failed(
      'healthy',
      'UpgradeFailed',
      /ConfigMap\/default\/healthy-phase not ready\. status: InProgress/,
    );
  });

  it.each(['poller', 'legacy'] as const)(
    'disableWaitForJobs leaves Jobs to themselves, with the wait %s',
    async strategy => {
      const waitStrategy = { name: strategy };
      const values = { job: 'progressing' };
      const free = `free-${strategy}`;
      await scene.apply(free, {
        ...{ values, waitStrategy },
        install: { disableWaitForJobs: true },
      });
      await scene.released(free);
      const bound = `bound-${strategy}`;
      await scene.apply(bound, {
        ...{ values, waitStrategy },
        install: { timeout: '1s' },
      });
      const object = await scene.failed(bound, 'InstallFailed');
      expect(conditionOf(object, 'Ready')?.[2]).toContain(
        `Job/default/${bound}-1`,
      );
    },
  );

  it('waitStrategy legacy does not ask healthCheckExprs', async () => {
    const healthCheckExprs = [
      { apiVersion: 'v1', kind: 'ConfigMap', current: 'false' },
    ];
    await scene.apply('legacy', {
      ...{ healthCheckExprs, waitStrategy: { name: 'legacy' } },
    });
    await scene.released('legacy');
    await scene.apply('poller', {
      ...{ healthCheckExprs, install: { timeout: '1s' } },
    });
    const object = await scene.failed('poller', 'InstallFailed');
    expect(conditionOf(object, 'Ready')?.[2]).toContain(
      'ConfigMap/default/poller not ready',
    );
  });
});
