// Servers: the sandbox's Kubernetes API and its Git server.
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { Kustomization } from '@backstage-gitops/plugin-gitops-common';
import { Knex } from 'knex';
import { migratedDatabases } from '../../__testUtils__/databases';
import { untilKustomization } from '../../__testUtils__/deliveries';
import {
  gitRepository,
  kustomization,
  PORTAL_AGENT,
  readyOf,
  World,
} from '../../__testUtils__/world';

jest.setTimeout(120_000);

const SELECTOR = 'reconcile.fluxcd.io/watch=Enabled';
const LABELS = { 'reconcile.fluxcd.io/watch': 'Enabled' };

const config = (
  kind: 'ConfigMap' | 'Secret',
  name: string,
  value: string,
  labels: Record<string, string> = LABELS,
): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'default', labels },
  data: {
    VALUE: kind === 'Secret' ? Buffer.from(value).toString('base64') : value,
  },
});
const from = (kind: 'ConfigMap' | 'Secret', name: string) => ({
  postBuild: { substituteFrom: [{ kind, name }] },
});
const APPLIED = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'default',
  name: 'applied',
};

describe('ConfigMaps and Secrets that deliveries refer to', () => {
  const init = migratedDatabases();
  let world: World;
  let database: Knex;

  const start = () => world.startPortal(database, { watchConfigs: SELECTOR });

  beforeEach(async () => {
    world = await World.start();
    database = await init('SQLITE_3');
    const { url } = await world.sandbox.git.createRepository('team/app', {
      'app/cm.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: applied, namespace: default}\ndata: {value: "${VALUE}"}\n',
    });
    await start();
    await world.untilKinds(
      'gitrepositories.source.toolkit.fluxcd.io',
      'kustomizations.kustomize.toolkit.fluxcd.io',
    );
    await world.apply(gitRepository(url));
  });

  afterEach(async () => {
    await world?.stop();
  });

  const ready = (name = 'app') =>
    untilKustomization(
      world,
      name,
      object => readyOf(object)?.status === 'True',
    );
  const applied = async (value: string) => {
    const { data } = await world.until<KubernetesObject>(
      APPLIED,
      object => (object?.data as { value?: string })?.value === value,
    );
    return data;
  };
  const attempts = (object?: Kustomization) =>
    object?.status?.history?.reduce(
      (sum, entry) => sum + entry.totalReconciliations,
      0,
    );

  it.each(['ConfigMap', 'Secret'] as const)(
    'a change of a labelled %s is delivered at once',
    async kind => {
      await world.apply(config(kind, 'vars', 'one'));
      await world.apply(kustomization(from(kind, 'vars')));
      await ready();
      await applied('one');
      await world.apply(config(kind, 'vars', 'two'));
      expect(await applied('two')).toEqual({ value: 'two' });
    },
  );

  it('one that is made later is delivered at once', async () => {
    await world.apply(kustomization(from('ConfigMap', 'vars')));
    await untilKustomization(
      world,
      'app',
      object => readyOf(object)?.reason === 'BuildFailed',
    );
    await world.apply(config('ConfigMap', 'vars', 'one'));
    await ready();
    expect(await applied('one')).toEqual({ value: 'one' });
  });

  it('nobody is woken by one without the label, or who does not refer to it', async () => {
    await world.apply(config('ConfigMap', 'plain', 'one', {}));
    await world.apply(config('ConfigMap', 'vars', 'one'));
    await world.apply(kustomization(from('ConfigMap', 'plain')));
    await world.apply(
      kustomization({ ...from('ConfigMap', 'vars'), path: './app' }, 'other'),
    );
    const before = await ready();
    await ready('other');
    await world.apply(config('ConfigMap', 'plain', 'two', {}));
    await world.apply(config('ConfigMap', 'vars', 'two'));
    // It is delivered after both changes, and was told of one only.
    await untilKustomization(
      world,
      'other',
      object => (attempts(object) ?? 0) > 1,
    );
    const after = await ready();
    expect(attempts(after)).toBe(attempts(before));
  });

  it('a change ends a wait for health, and is delivered', async () => {
    await world.apply(config('ConfigMap', 'vars', 'one'));
    await world.apply(
      kustomization({
        ...from('ConfigMap', 'vars'),
        healthChecks: [{ kind: 'Deployment', name: 'missing' }],
        timeout: '1h',
      }),
    );
    await untilKustomization(
      world,
      'app',
      object =>
        object?.status?.conditions?.some(
          ({ type, status }) => type === 'Healthy' && status === 'Unknown',
        ) ?? false,
    );
    await world.apply(config('ConfigMap', 'vars', 'two'));
    expect(await applied('two')).toEqual({ value: 'two' });
  });

  it('a change while no portal ran is delivered when one starts', async () => {
    await world.apply(config('ConfigMap', 'vars', 'one'));
    await world.apply(kustomization(from('ConfigMap', 'vars')));
    await ready();
    for (const portal of world.running) {
      await world.stopPortal(portal);
    }
    await world.apply(config('ConfigMap', 'vars', 'two'));
    await start();
    expect(await applied('two')).toEqual({ value: 'two' });
  });

  it('only metadata is watched, and nothing where the portal observes', async () => {
    const isWatch = ({
      resource,
      verb,
      query,
      userAgent,
    }: {
      resource?: string;
      verb: string;
      query: Record<string, string>;
      userAgent?: string;
    }) =>
      userAgent === PORTAL_AGENT &&
      ['list', 'watch'].includes(verb) &&
      ['configmaps', 'secrets'].includes(resource ?? '') &&
      query.labelSelector === SELECTOR;
    await world.apply(config('Secret', 'vars', 'one'));
    await world.apply(kustomization(from('Secret', 'vars')));
    await ready();
    const requests = world.sandbox.kubernetes.requests.list(isWatch);
    expect(requests.length).toBeGreaterThan(0);

    for (const portal of world.running) {
      await world.stopPortal(portal);
    }
    world.sandbox.kubernetes.requests.clear();
    const observer = await world.startPortal(await init('SQLITE_3'), {
      watchConfigs: SELECTOR,
      mode: 'observe',
    });
    await observer.engine.prepared;
    while (!observer.homes.find('demo')!.isListed) {
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    expect(world.sandbox.kubernetes.requests.list(isWatch)).toEqual([]);
  });
});
