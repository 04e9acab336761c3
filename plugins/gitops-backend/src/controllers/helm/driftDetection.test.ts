import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { HelmRelease } from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../__testUtils__/databases';
import { conditionOf, HelmScene } from './__testUtils__/HelmScene';

jest.setTimeout(240_000);

const EXTRA = `apiVersion: v1
kind: ConfigMap
metadata:
  name: "{{ .Release.Name }}-extra"
  annotations: {{ .Values.annotations | toJson }}
data: {a: "1", b: "1"}
`;

describe('drift of a HelmRelease', () => {
  const init = migratedDatabases();
  let scene: HelmScene;

  beforeAll(async () => {
    scene = await HelmScene.start({
      database: init('SQLITE_3'),
      files: {
        'values.yaml': 'value: "1"\nannotations: {}\n',
        'templates/extra.yaml': EXTRA,
      },
    });
  });

  afterAll(() => scene?.stop());

  const change = (name: string, data: Record<string, string>) =>
    scene.world.client.patch(
      { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name },
      { type: 'merge', body: { data }, fieldManager: 'somebody' },
    );
  const dataOf = async (name: string) =>
    (
      await scene.read<KubernetesObject & { data?: Record<string, string> }>(
        'ConfigMap',
        name,
      )
    )?.data;
  const release = async (
    name: string,
    spec: Partial<HelmRelease['spec']>,
  ): Promise<void> => {
    await scene.apply(name, spec);
    await scene.released(name);
  };

  it('is corrected', async () => {
    await release('web', { driftDetection: { mode: 'enabled' } });
    await change('web', { value: 'theirs', other: 'kept' });
    await scene.world.client.delete({
      ...{ apiVersion: 'v1', kind: 'ConfigMap' },
      ...{ namespace: 'default', name: 'web-extra' },
    });
    const object = await scene.reconcile('web');
    expect(await dataOf('web')).toMatchObject({ value: '1', other: 'kept' });
    expect(await dataOf('web-extra')).toEqual({ a: '1', b: '1' });
    expect(conditionOf(object, 'Drifted')?.slice(0, 2)).toEqual([
      'False',
      'NoDriftDetected',
    ]);
    expect(conditionOf(object, 'Ready')?.[0]).toBe('True');
    expect(await scene.revisions('web')).toEqual(['1 deployed']);
    const events = await scene.events('web');
    expect(events).toContain(
      'DriftDetected: Cluster state of release default/web.v1 has drifted from the desired state:\nConfigMap/default/web changed (0 additions, 1 changes, 0 removals)\nConfigMap/default/web-extra removed',
    );
    expect(events).toContain(
      'DriftCorrected: Cluster state of release default/web.v1 has been corrected:\nConfigMap/default/web-extra created\nConfigMap/default/web configured',
    );
  });

  it('is told, and left, where it only warns', async () => {
    await release('warned', { driftDetection: { mode: 'warn' } });
    await change('warned', { value: 'theirs' });
    const object = await scene.reconcile('warned');
    expect(await scene.value('warned')).toBe('theirs');
    expect(conditionOf(object, 'Drifted')).toEqual([
      'True',
      'DriftDetected',
      'Cluster state of release default/warned.v1 has drifted from the desired state:\nConfigMap/default/warned changed (0 additions, 1 changes, 0 removals)',
    ]);
    expect(conditionOf(object, 'Ready')?.[0]).toBe('True');
    await scene.reconcile('warned');
    const told = (await scene.events('warned')).filter(event =>
      event.startsWith('DriftDetected'),
    );
    expect(told).toHaveLength(1);
  });

  it('is ignored at some paths of some objects', async () => {
    await release('ignored', {
      driftDetection: {
        mode: 'enabled',
        ignore: [
          {
            paths: ['/data/a'],
            target: { kind: 'ConfigMap', name: '.*-extra' },
          },
        ],
      },
    });
    await change('ignored-extra', { a: 'theirs' });
    await scene.reconcile('ignored');
    expect(await dataOf('ignored-extra')).toEqual({ a: 'theirs', b: '1' });
    await change('ignored-extra', { b: 'theirs' });
    await scene.reconcile('ignored');
    expect(await dataOf('ignored-extra')).toEqual({ a: 'theirs', b: '1' });
  });

  it('is not looked for in objects that do not want it', async () => {
    await release('exempt', {
      driftDetection: { mode: 'enabled' },
      values: {
        annotations: { 'helm.toolkit.fluxcd.io/driftDetection': 'disabled' },
      },
    });
    await change('exempt-extra', { a: 'theirs' });
    const object = await scene.reconcile('exempt');
    expect(await dataOf('exempt-extra')).toEqual({ a: 'theirs', b: '1' });
    expect(conditionOf(object, 'Drifted')?.[0]).toBe('False');
  });

  it('is not looked for where nobody asks for it', async () => {
    await release('blind', {});
    await change('blind', { value: 'theirs' });
    const object = await scene.reconcile('blind');
    expect(await scene.value('blind')).toBe('theirs');
    expect(conditionOf(object, 'Drifted')).toBeUndefined();
  });
});
