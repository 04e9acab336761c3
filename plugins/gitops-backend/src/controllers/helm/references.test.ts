import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { migratedDatabases } from '../../__testUtils__/databases';
import { World } from '../../__testUtils__/world';
import { packFiles } from '../../workers/__testUtils__/packFiles';
import {
  chartFiles,
  conditionOf,
  GAME,
  HelmScene,
} from './__testUtils__/HelmScene';

jest.setTimeout(240_000);

const CHART_LAYER = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

/** Pushes the chart to the registry, and makes an OCIRepository of it. */
async function pushChart(world: World): Promise<void> {
  const files = Object.fromEntries(
    Object.entries(chartFiles('1.2.3', GAME)).map(([name, text]) => [
      name.replace('charts/game/', ''),
      text,
    ]),
  );
  const { registry } = world.sandbox;
  await registry.push(
    'charts/game',
    { layers: [{ mediaType: CHART_LAYER, content: packFiles(files) }] },
    '1.2.3',
  );
  await world.apply({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: { name: 'game', namespace: 'default' },
    spec: {
      interval: '1h',
      url: `oci://${registry.address}/charts/game`,
      insecure: true,
      ref: { tag: '1.2.3' },
      layerSelector: { mediaType: CHART_LAYER, operation: 'copy' },
    },
  } as KubernetesObject);
}

describe('what a HelmRelease refers to', () => {
  const init = migratedDatabases();
  let scene: HelmScene;

  beforeAll(async () => {
    scene = await HelmScene.start({
      database: init('SQLITE_3'),
      portal: { watchConfigs: 'reconcile.fluxcd.io/watch=Enabled' },
    });
    await pushChart(scene.world);
  });

  afterAll(() => scene?.stop());

  const values = (value: string) =>
    scene.world.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        ...{ name: 'values', namespace: 'default' },
        labels: { 'reconcile.fluxcd.io/watch': 'Enabled' },
      },
      data: { 'values.yaml': `value: ${value}\n` },
    } as KubernetesObject);

  it('may be a chart of a registry, whose digest is part of the version', async () => {
    await scene.apply('oci', {
      chartRef: { kind: 'OCIRepository', name: 'game' },
    });
    const object = await scene.released('oci');
    const [snapshot] = object.status!.history!;
    expect(snapshot.chartVersion).toMatch(/^1\.2\.3\+[0-9a-f]{12}$/);
    expect(snapshot.ociDigest).toMatch(/^sha256:/);
    expect(object.status).toMatchObject({
      lastAttemptedRevision: snapshot.chartVersion,
      lastAttemptedRevisionDigest: snapshot.ociDigest,
    });
    expect(object.status).not.toHaveProperty('helmChart');
    const { items } = await scene.world.client.list<
      KubernetesObject & {
        involvedObject: { uid: string };
        reason: string;
      }
    >({ apiVersion: 'v1', kind: 'Event', namespace: 'default' });
    const event = items.find(
      ({ involvedObject, reason }) =>
        involvedObject.uid === object.metadata.uid &&
        reason === 'InstallSucceeded',
    );
    const group = 'helm.toolkit.fluxcd.io';
    expect(event?.metadata.annotations).toMatchObject({
      [`${group}/revision`]: snapshot.chartVersion,
      [`${group}/token`]: snapshot.configDigest,
      [`${group}/app-version`]: '9',
      [`${group}/oci-digest`]: snapshot.ociDigest,
    });
    await scene.reconcile('oci');
    expect(await scene.revisions('oci')).toEqual(['1 deployed']);
  });

  it('are values that wake it when they change', async () => {
    await values('one');
    await scene.apply('watching', {
      valuesFrom: [{ kind: 'ConfigMap', name: 'values' }],
    });
    await scene.released('watching');
    await values('two');
    await scene.until(
      'watching',
      ({ status }) => status?.history?.[0].version === 2,
    );
    await scene.released('watching');
    expect(await scene.value('watching')).toBe('two');
  });

  it('are others that have to be ready first', async () => {
    await scene.apply('after', { dependsOn: [{ name: 'before' }] });
    const waiting = await scene.failed('after', 'DependencyNotReady');
    expect(conditionOf(waiting, 'Ready')?.[2]).toBe(
      "unable to get 'default/before' dependency: it does not exist",
    );
    expect(waiting.status?.observedGeneration).not.toBe(1);
    await scene.apply('before');
    await scene.released('after');
  });

  it('are others of which an expression decides', async () => {
    await scene.apply('ruled', {
      dependsOn: [{ name: 'ruler', readyExpr: "dep.spec.interval == '2h'" }],
    });
    await scene.apply('ruler');
    await scene.released('ruler');
    await scene.failed(
      'ruled',
      'DependencyNotReady',
      /is not ready according to readyExpr eval/,
    );
    await scene.apply('ruler', { interval: '2h' });
    const object = await scene.released('ruled');
    expect(conditionOf(object, 'Released')?.[0]).toBe('True');
  });
});

describe('a home where the portal only plans', () => {
  const init = migratedDatabases();
  let world: World;

  beforeAll(async () => {
    // Somebody has to make the definitions.
    const scene = await HelmScene.start({ database: init('SQLITE_3') });
    world = scene.world;
    await world.stopPortal(world.running[0]);
  });

  afterAll(() => world?.stop());

  it('tells what would be released, and releases nothing', async () => {
    await pushChart(world);
    await world.apply({
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: 'planned', namespace: 'default' },
      spec: {
        interval: '1h',
        chartRef: { kind: 'OCIRepository', name: 'game' },
      },
    } as KubernetesObject);
    const plan = world.nextLog(/Plan for chart/);
    await world.startPortal(await init('SQLITE_3'), {
      ...{ mode: 'plan', logger: world.logger },
    });
    expect(await plan).toMatch(
      /^Plan for chart game@1\.2\.3\+[0-9a-f]{12}: the release would be installed \(no release in storage for object\): 1 to create, 0 to change, 0 to delete, 0 unchanged\nConfigMap\/default\/planned would be created$/,
    );
    for (const kind of ['Secret', 'ConfigMap']) {
      const { items } = await world.client.list<KubernetesObject>({
        ...{ apiVersion: 'v1', kind, namespace: 'default' },
      });
      expect(items.map(({ metadata }) => metadata.name)).not.toContainEqual(
        expect.stringContaining('planned'),
      );
    }
  });
});
