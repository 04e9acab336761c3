// Servers: the sandbox's Kubernetes API and Git server.
import { ReleaseRecords } from '@backstage-gitops/helm/actions';
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
const LOUD = `{{ with .Values.loud }}
apiVersion: batch/v1
kind: Job
metadata:
  name: "{{ $.Release.Name }}-loud"
  annotations:
    backstage-gitops.io/sandbox-health: failed
    helm.sh/hook: {{ .hook }}
    helm.sh/hook-output-log-policy: {{ .policy }}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{name: {{ .container }}, image: busybox}]
{{ end }}
`;
const SERVER = `{{ if .Values.server }}
apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Release.Name }}"}
spec:
  selector: {matchLabels: {app: "{{ .Release.Name }}"}}
  template:
    metadata: {labels: {app: "{{ .Release.Name }}"}}
    spec:
      containers: [{name: main, image: nginx}]
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
        'templates/loud.yaml': LOUD,
        'templates/server.yaml': SERVER,
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

  it('healthCheckExprs decide whether an install fails', async () => {
    const failed = "has(data.phase) && data.phase == 'broken'";
    const healthCheckExprs = [
      { apiVersion: 'v1', kind: 'ConfigMap', failed, current: 'true' },
    ];
    await scene.apply('unhealthy', {
      ...{ healthCheckExprs, values: { phase: 'broken' } },
    });
    const object = await scene.failed(
      'unhealthy',
      'InstallFailed',
      /ConfigMap\/default\/unhealthy-phase not ready\. status: Failed/,
    );
    expect(conditionOf(object, 'Ready')?.[2]).not.toContain(
      'ConfigMap/default/unhealthy not ready',
    );
    expect(await scene.revisions('unhealthy')).toEqual(['1 failed']);
  });

  it('the first object that fails ends the wait for all others', async () => {
    const healthCheckExprs = [
      { apiVersion: 'v1', kind: 'ConfigMap', current: 'false' },
    ];
    await scene.apply('early', {
      ...{ healthCheckExprs, values: { job: 'failed' } },
      install: { timeout: '1h' },
    });
    const object = await scene.failed('early', 'InstallFailed');
    const message = conditionOf(object, 'Ready')?.[2];
    expect(message).toContain('Job/default/early-1 not ready. status: Failed');
    expect(message).not.toContain('ConfigMap');
    expect(message).not.toContain('time was over');
  });

  it.each([
    ['pre-install', 'hook-failed', true],
    ['post-install', 'hook-failed', true],
    ['pre-install', 'hook-succeeded', false],
  ])('logs of a hook that fails %s, told if %s', async (hook, policy, told) => {
    const name = `loud-${hook}-${told}`;
    const loud = { hook, policy, container: 'migrate' };
    await scene.apply(name, { values: { loud } });
    await scene.stalled(name, 'RetriesExceeded');
    const failure = (await scene.events(name)).find(event =>
      event.startsWith('InstallFailed'),
    );
    expect(failure).toContain(`${name}-loud`);
    expect(
      /Last Helm logs:[^]*templates\/loud\.yaml: starting migrate[^]*exiting with code 1/.test(
        failure!,
      ),
    ).toBe(told);
  });

  it('logs of hooks tell no Secret of the values', async () => {
    const container = 'hunter2-of-the-values';
    await scene.world.apply({
      ...{ apiVersion: 'v1', kind: 'Secret' },
      metadata: { name: 'container', namespace: 'default' },
      data: { container: Buffer.from(container).toString('base64') },
    } as KubernetesObject);
    await scene.apply('quiet', {
      values: { loud: { hook: 'pre-install', policy: 'hook-failed' } },
      valuesFrom: [
        {
          ...{ kind: 'Secret', name: 'container', valuesKey: 'container' },
          targetPath: 'loud.container',
        },
      ],
    });
    const object = await scene.stalled('quiet', 'RetriesExceeded');
    const failure = (await scene.events('quiet')).find(event =>
      event.startsWith('InstallFailed'),
    );
    expect(failure).toMatch(/Last Helm logs:[^]*exiting with code 1/);
    expect(failure).not.toContain(container);
    expect(JSON.stringify(object.status)).not.toContain(container);
  });

  it.each([
    ['background', false],
    ['foreground', false],
    ['orphan', true],
  ] as const)(
    'deletionPropagation %s: what objects own stays: %s',
    async (deletionPropagation, stays) => {
      const name = `owner-${deletionPropagation}`;
      await scene.apply(name, {
        ...{ values: { server: true }, uninstall: { deletionPropagation } },
      });
      await scene.released(name);
      const sets = () =>
        scene.world.client.list({
          ...{ apiVersion: 'apps/v1', kind: 'ReplicaSet' },
          ...{ namespace: 'default', labelSelector: `app=${name}` },
        });
      const { items } = await sets();
      expect(items).toHaveLength(1);
      await scene.world.client.delete(scene.ref(name));
      await scene.gone(name);
      expect(await scene.read('Deployment', name, 'apps/v1')).toBeUndefined();
      const [{ metadata }] = items;
      await scene.world.until(
        {
          ...{ apiVersion: 'apps/v1', kind: 'ReplicaSet' },
          ...{ namespace: 'default', name: metadata.name },
        },
        set =>
          stays
            ? set !== undefined && !set.metadata.ownerReferences?.length
            : set === undefined,
      );
    },
  );

  it('storageNamespace is where the records are', async () => {
    const namespaces = ['records', 'archive'];
    for (const name of namespaces) {
      await scene.world.apply({
        ...{ apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
      } as KubernetesObject);
    }
    const recordsOf = async (namespace: string) => {
      const { client } = scene.world;
      const { releases } = await new ReleaseRecords({
        ...{ client, namespace },
      }).history('stored');
      return releases.map(({ version, info }) => `${version} ${info?.status}`);
    };
    await scene.apply('stored', { storageNamespace: 'records' });
    const object = await scene.released('stored');
    expect(object.status?.storageNamespace).toBe('records');
    expect(await recordsOf('records')).toEqual(['1 deployed']);
    expect(await recordsOf('default')).toEqual([]);
    expect(await scene.value('stored')).toBe('1');

    // Another one means that the release is made anew.
    await scene.apply('stored', { storageNamespace: 'archive' });
    await scene.until(
      'stored',
      one =>
        one.status?.storageNamespace === 'archive' &&
        conditionOf(one, 'Ready')?.[0] === 'True',
    );
    expect(await recordsOf('records')).toEqual([]);
    expect(await recordsOf('archive')).toEqual(['1 deployed']);
    await scene.world.client.delete(scene.ref('stored'));
    await scene.gone('stored');
    expect(await recordsOf('archive')).toEqual([]);
    expect(await scene.value('stored')).toBeUndefined();
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
