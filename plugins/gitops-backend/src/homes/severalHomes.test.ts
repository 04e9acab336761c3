import {
  GitRepository,
  GitopsObject,
  Kustomization,
} from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { migratedDatabases } from '../__testUtils__/databases';
import {
  gitRepository,
  kustomization,
  PORTAL_AGENT,
  readyOf,
  World,
} from '../__testUtils__/world';
import { LEASE_KIND } from './Lease';

jest.setTimeout(120_000);

describe('a portal with several homes', () => {
  const init = migratedDatabases();
  let one: World;
  let two: World;

  beforeEach(async () => {
    [one, two] = await Promise.all([World.start(), World.start()]);
  });
  afterEach(async () => {
    await one.stop();
    await two.stop();
  });

  const urlOf = async (world: World, name: string) => {
    const { url } = await world.sandbox.git.createRepository('team/app', {
      'app/cm.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`,
    });
    return url;
  };
  const crdsOf = (world: World) =>
    Promise.all(
      [
        'gitrepositories.source.toolkit.fluxcd.io',
        'kustomizations.kustomize.toolkit.fluxcd.io',
      ].map(name =>
        world.until<KubernetesObject & { status?: object }>(
          {
            apiVersion: 'apiextensions.k8s.io/v1',
            kind: 'CustomResourceDefinition',
            name,
          },
          crd => JSON.stringify(crd?.status ?? '').includes('"Established"'),
          60_000,
        ),
      ),
    );
  const ready = <T extends GitopsObject>(world: World, object: T) =>
    world.until<T>(
      { ...object, namespace: 'default', name: object.metadata.name },
      live => readyOf(live)?.status === 'True',
      60_000,
    );
  const configMap = (world: World, name: string) =>
    world.client.get({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'default',
      name,
    });

  it('delivers objects of one name in each, from its own sources', async () => {
    const portal = await one.startPortal(await init('SQLITE_3'), {
      moreHomes: [two.homeNamed('edge', 'reconcile')],
    });
    for (const [world, name] of [
      [one, 'in-one'],
      [two, 'in-two'],
    ] as const) {
      await crdsOf(world);
      await world.apply(gitRepository(await urlOf(world, name)));
      await world.apply(kustomization());
    }
    await ready<Kustomization>(one, kustomization());
    await ready<Kustomization>(two, kustomization());
    expect(await configMap(one, 'in-one')).toBeDefined();
    expect(await configMap(one, 'in-two')).toBeUndefined();
    expect(await configMap(two, 'in-two')).toBeDefined();
    expect(await configMap(two, 'in-one')).toBeUndefined();
    expect(await portal.queue.statistics()).toMatchObject({ total: 4 });
    const holders = await Promise.all(
      [one, two].map(async ({ client }) => {
        const lease = await client.get<
          KubernetesObject & { spec: { holderIdentity: string } }
        >({ ...LEASE_KIND, namespace: 'default', name: 'backstage-gitops' });
        return lease?.spec.holderIdentity;
      }),
    );
    expect(holders[0]).toMatch(/^http:\/\/portal\/api\/gitops /);
    expect(holders[1]).toMatch(/^http:\/\/portal\/api\/gitops /);
    expect(holders[0]).not.toBe(holders[1]);
  });

  it('is not disturbed by one that is down, or that Flux reconciles', async () => {
    const three = await World.start();
    try {
      three.sandbox.kubernetes.faults.inject({
        disconnect: true,
        match: ({ userAgent }) => userAgent === PORTAL_AGENT,
      });
      await two.apply({
        ...LEASE_KIND,
        metadata: {
          name: 'source-controller-leader-election',
          namespace: 'default',
        },
        spec: { holderIdentity: 'flux', leaseDurationSeconds: 600 },
      } as KubernetesObject);
      const portal = await one.startPortal(await init('SQLITE_3'), {
        moreHomes: [
          two.homeNamed('edge', 'reconcile'),
          three.homeNamed('down', 'reconcile'),
        ],
      });
      await crdsOf(one);
      await one.apply(gitRepository(await urlOf(one, 'in-one')));
      await one.apply(kustomization());
      await ready<GitRepository>(one, gitRepository(''));
      await ready<Kustomization>(one, kustomization());
      const modes = portal.homes
        .list()
        .map(home => [home.name, home.mode, home.writer]);
      expect(modes).toEqual([
        ['demo', 'reconcile', undefined],
        ['edge', 'observe', 'default/source-controller'],
        ['down', 'observe', expect.stringMatching(/^nobody: /)],
      ]);
      expect(portal.homes.find('down')!.state.connected).toBe(false);
      const written = two.sandbox.kubernetes.requests
        .list(({ userAgent }) => userAgent === PORTAL_AGENT)
        .filter(
          ({ method, resource }) => method !== 'GET' || resource === 'secrets',
        );
      expect(written).toEqual([]);
    } finally {
      three.sandbox.kubernetes.faults.clear();
      await three.stop();
    }
  });
});
