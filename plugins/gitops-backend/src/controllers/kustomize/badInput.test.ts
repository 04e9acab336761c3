import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { Kustomization } from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../__testUtils__/databases';
import { testClusters } from '../../__testUtils__/clusters';
import { deletionsIn } from '../../__testUtils__/prunes';
import { PORTAL_AGENT } from '../../__testUtils__/world';
import {
  conditionOf,
  configMap,
  inventoryOf,
  Scene,
} from './__testUtils__/Scene';

jest.setTimeout(240_000);

type Spec = Partial<Kustomization['spec']>;

const [sandbox] = testClusters;

interface Row {
  name: string;
  title: string;
  /** Below the directory. */
  files: Record<string, string>;
  spec?: Spec;
  reason: string;
  message: RegExp;
}

const ROWS: Row[] = [
  {
    name: 'twice',
    title: 'the same object twice',
    files: { 'a.yaml': configMap('twice'), 'b.yaml': configMap('twice') },
    reason: 'BuildFailed',
    message: /twice/,
  },
  {
    name: 'nameless',
    title: 'an object without a name',
    files: { 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n' },
    reason: 'BuildFailed',
    message: /name/,
  },
  {
    name: 'nowhere',
    title: 'a namespace that is not there',
    files: { 'a.yaml': configMap('nowhere', { namespace: 'nowhere' }) },
    reason: 'ReconciliationFailed',
    message:
      /ConfigMap\/nowhere\/nowhere .*\(NotFound\): namespaces "nowhere" not found/,
  },
  {
    name: 'outside',
    title: 'a file outside of the artifact',
    files: { 'kustomization.yaml': 'resources: [../../../../etc/passwd]\n' },
    reason: 'BuildFailed',
    message: /etc\/passwd/,
  },
  {
    name: 'absent-component',
    title: 'a component that is not there',
    files: { 'a.yaml': configMap('absent-component') },
    spec: { components: ['../none'] },
    reason: 'BuildFailed',
    message: /none/,
  },
  {
    name: 'absent-variables',
    title: 'variables of a ConfigMap that is not there',
    files: { 'a.yaml': configMap('absent-variables') },
    spec: {
      postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'none' }] },
    },
    reason: 'BuildFailed',
    message: /ConfigMap.*none/,
  },
  {
    name: 'unknown-variable',
    title: 'a variable without a value',
    files: { 'a.yaml': configMap('unknown-variable', { value: '${none}' }) },
    spec: { postBuild: { substitute: { some: 'value' } } },
    reason: 'BuildFailed',
    message: /variable not set \(strict mode\): "none"/,
  },
  {
    name: 'no-keys',
    title: 'keys of a Secret that is not there',
    files: { 'a.yaml': configMap('no-keys') },
    spec: { decryption: { provider: 'sops', secretRef: { name: 'none' } } },
    reason: 'BuildFailed',
    message: /Secret.*none/,
  },
];

describe('bad input', () => {
  const init = migratedDatabases();
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.start({
      cluster: sandbox,
      database: init('SQLITE_3'),
      files: {
        ...Object.assign(
          {},
          ...ROWS.map(({ name, files }) =>
            Object.fromEntries(
              Object.entries(files).map(([file, text]) => [
                `${name}/${file}`,
                text,
              ]),
            ),
          ),
        ),
        'empty/kustomization.yaml': 'resources: []\n',
        'first/a.yaml': configMap('fought', { value: 'of first' }),
        'second/a.yaml': configMap('fought', { value: 'of second' }),
        'down/a.yaml': configMap('down'),
        'revoked/a.yaml': configMap('revoked-a'),
        'revoked/b.yaml': configMap('revoked-b'),
      },
    });
  });

  afterAll(() => scene?.stop());
  afterEach(() => scene.world.sandbox.kubernetes.faults.clear());

  it.each(ROWS)('is told: $title', async ({ name, spec, reason, message }) => {
    await scene.apply(name, spec);
    const failed = await scene.failed(name, reason);
    const text = conditionOf(failed, 'Ready')?.[2];
    expect(text).toMatch(message);
    expect(conditionOf(failed, 'Reconciling')).toEqual([
      'True',
      'ProgressingWithRetry',
      text,
    ]);
    expect(conditionOf(failed, 'Stalled')).toBeUndefined();
    expect((await scene.world.eventsOf(failed)).join('\n')).toMatch(message);
    expect(inventoryOf(failed) ?? []).toEqual([]);
  });

  it('of nothing at all is delivered', async () => {
    const done = await scene.deliver('empty');
    expect(inventoryOf(done)).toEqual([]);
    expect(conditionOf(done, 'PruneHeld')).toBeUndefined();
  });

  it('is an object of two Kustomizations: the last one has it, and says so', async () => {
    const [first, second] = ['first', 'second'];
    await scene.deliver(first);
    await scene.deliver(second);
    const owner = async () =>
      (await scene.read('ConfigMap', 'fought'))?.metadata.labels;
    await scene.until(second, object => object.status !== undefined);
    const told = async (name: string) =>
      (await scene.world.eventsOf((await scene.delivered(name))!)).filter(
        event => event.startsWith('SharedObjects'),
      );
    expect((await told(second))[0]).toBe(
      'SharedObjects: Other Kustomizations deliver the same objects, and each changes what the other did; take them out of one of the two: ConfigMap/default/fought (Kustomization/default/first)',
    );
    // Neither deletes what the other one has.
    await scene.apply(first, { suspend: true });
    await scene.reconcile(second);
    expect(await owner()).toMatchObject({
      'kustomize.toolkit.fluxcd.io/name': second,
    });
    await scene.apply(first, { suspend: false, path: './empty' });
    await scene.until(
      first,
      object =>
        conditionOf(object, 'Ready')?.[1] === 'PruneHeld' ||
        inventoryOf(object)?.length === 0,
    );
    expect(await scene.read('ConfigMap', 'fought')).toBeDefined();
  });

  it('is a cluster that is down: all goes on when it is back', async () => {
    await scene.deliver('down');
    const { faults, requests } = scene.world.sandbox.kubernetes;
    const restore = faults.inject({
      disconnect: true,
      match: ({ userAgent }) => userAgent === PORTAL_AGENT,
    });
    faults.dropWatches();
    await scene.commit({
      files: { 'down/a.yaml': configMap('down', { value: '2' }) },
    });
    const before = deletionsIn(scene.world).length;
    // It has tried in vain for some time.
    requests.clear();
    while (
      requests.list(({ userAgent }) => userAgent === PORTAL_AGENT).length < 40
    ) {
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    restore();
    await scene.delivered('down');
    expect(await scene.read('ConfigMap', 'down')).toMatchObject({
      data: { value: '2' },
    });
    expect(deletionsIn(scene.world)).toHaveLength(before);
  });

  it('are credentials that are revoked in the middle of an apply', async () => {
    await scene.deliver('revoked', { retryInterval: '1s' });
    const { faults } = scene.world.sandbox.kubernetes;
    let writes = 0;
    faults.inject({
      status: 401,
      match: ({ userAgent, path, method, query }) => {
        if (
          userAgent !== PORTAL_AGENT ||
          !path.includes('/configmaps/revoked-') ||
          method === 'GET' ||
          query.dryRun
        ) {
          return false;
        }
        writes += 1;
        return writes > 1;
      },
    });
    await scene.commit({
      files: {
        'revoked/c.yaml': configMap('revoked-c'),
        'revoked/d.yaml': configMap('revoked-d'),
      },
      remove: ['revoked/b.yaml'],
    });
    const failed = await scene.failed('revoked', 'ReconciliationFailed');
    expect(conditionOf(failed, 'Ready')?.[2]).toMatch(/Unauthorized/);
    // Nothing goes, and what was made is known.
    expect(await scene.read('ConfigMap', 'revoked-b')).toBeDefined();
    expect(inventoryOf(failed)).toEqual(
      expect.arrayContaining([
        'default_revoked-a__ConfigMap',
        'default_revoked-b__ConfigMap',
      ]),
    );
    const made = await Promise.all(
      ['revoked-c', 'revoked-d'].map(name => scene.read('ConfigMap', name)),
    );
    const ids = made
      .filter(object => object !== undefined)
      .map(
        ({ metadata }: KubernetesObject) =>
          `default_${metadata.name}__ConfigMap`,
      );
    expect(ids.length).toBeGreaterThan(0);
    expect(inventoryOf(failed)).toEqual(expect.arrayContaining(ids));
    faults.clear();
    const done = await scene.delivered('revoked');
    expect(inventoryOf(done)).toHaveLength(3);
    expect(await scene.read('ConfigMap', 'revoked-b')).toBeUndefined();
  });
});

describe('ten thousand objects in one Kustomization', () => {
  const init = migratedDatabases();
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.start({
      cluster: sandbox,
      database: init('SQLITE_3'),
      files: {
        'many/all.yaml': Array.from({ length: 10_000 }, (_, n) =>
          configMap(`many-${n}`),
        ).join('---\n'),
        'small/a.yaml': configMap('small'),
      },
    });
  });

  afterAll(() => scene?.stop());

  it('are delivered, and others meanwhile', async () => {
    await scene.apply('many');
    await scene.world.until(
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: 'default',
        name: 'many-0',
      },
      object => object !== undefined,
      120_000,
    );
    await scene.deliver('small');
    const { status } = await scene.until('many', () => true);
    expect(status?.lastAppliedRevision).toBeUndefined();
    const done = await scene.delivered('many');
    expect(inventoryOf(done)).toHaveLength(10_000);
  });
});
