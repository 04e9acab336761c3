import {
  gitRepositoryKind,
  Kustomization,
  kustomizationKind,
} from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { Knex } from 'knex';
import { migratedDatabases, testDatabaseIds } from './__testUtils__/databases';
import {
  annotateIn,
  crdsEstablished,
  deletionsIn,
  deliveryRef,
  filesOf,
  holdOf,
  names,
  namesIn,
  pathOf,
  sourceRef,
  WAIT_MS,
} from './__testUtils__/prunes';
import { installCrds } from './homes/installCrds';
import {
  gitRepository,
  kustomization,
  readyOf,
  World,
} from './__testUtils__/world';

jest.setTimeout(240_000);

const REPO = 'team/app';

describe.each(testDatabaseIds)('a replaced cluster, on %s', id => {
  const init = migratedDatabases();
  let world: World;
  let database: Knex;
  let url: string;

  beforeEach(async () => {
    world = await World.start();
    ({ url } = await world.sandbox.git.createRepository(
      REPO,
      filesOf(names(3)),
    ));
    database = await init(id);
  });
  afterEach(() => world.stop());

  const until = (wanted: (object: Kustomization) => boolean) =>
    world.until<Kustomization>(
      deliveryRef,
      object => object !== undefined && wanted(object),
      WAIT_MS,
    );

  const delivered = (count: number) =>
    until(
      object =>
        readyOf(object)?.status === 'True' &&
        object.status?.inventory?.entries.length === count,
    );

  const clusterUid = async () =>
    (await world.client.get<KubernetesObject>({
      apiVersion: 'v1',
      kind: 'Namespace',
      name: 'kube-system',
    }))!.metadata.uid;

  /** As a backup brings objects back: with labels and status, of other UIDs. */
  const restore = async (
    status: Kustomization['status'],
    configMaps: readonly string[],
  ) => {
    for (const name of configMaps) {
      await world.apply({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name,
          namespace: 'default',
          labels: {
            'kustomize.toolkit.fluxcd.io/name': 'app',
            'kustomize.toolkit.fluxcd.io/namespace': 'default',
          },
        },
      });
    }
    await world.apply(gitRepository(url));
    await world.apply(kustomization({ suspend: true }));
    await world.client.patch(deliveryRef, {
      type: 'merge',
      subresource: 'status',
      body: { status },
    });
    await world.client.patch(deliveryRef, {
      type: 'merge',
      body: { spec: { suspend: false } },
    });
  };

  it('is told from the one before; nothing is pruned in it until that is confirmed', async () => {
    let portal = await world.startPortal(database);
    await crdsEstablished(world);
    await world.apply(gitRepository(url));
    await world.apply(kustomization());
    const before = await delivered(3);
    const was = await clusterUid();
    await world.stopPortal(portal);

    await world.replaceCluster();
    await world.sandbox.git.commit(REPO, {
      message: 'One less',
      remove: [pathOf('cm-0')],
    });
    portal = await world.startPortal(database);
    await crdsEstablished(world);
    await restore(before.status, names(3));
    const is = await clusterUid();
    expect(is).not.toBe(was);

    const held = await until(object => readyOf(object)?.reason === 'PruneHeld');
    expect(held.metadata.uid).not.toBe(before.metadata.uid);
    expect(holdOf(held)).toMatchObject({ reason: 'HomeReplaced' });
    expect(portal.homes.find('demo')?.replaced).toEqual({ was, is });
    expect((await namesIn(world)).sort()).toEqual(names(3));
    expect(deletionsIn(world)).toEqual([]);
    await world.stopPortal(portal);

    await world.startPortal(database, { clusterUid: is });
    await annotateIn(world, deliveryRef, {
      'reconcile.fluxcd.io/requestedAt': 'confirmed',
    });
    await delivered(2);
    expect((await namesIn(world)).sort()).toEqual(names(2, 1));
  });

  it('is delivered to anew where it was replaced while the portal ran', async () => {
    const portal = await world.startPortal(database);
    await crdsEstablished(world);
    await world.apply(gitRepository(url));
    await world.apply(kustomization());
    await delivered(3);

    await world.replaceCluster();
    expect(await namesIn(world)).toEqual([]);
    // The portal installs them when it starts, and not behind somebody's back.
    await installCrds({
      client: world.client,
      kinds: [gitRepositoryKind, kustomizationKind],
      logger: world.logger,
    });
    await crdsEstablished(world);
    await world.apply(gitRepository(url));
    await world.apply(kustomization());
    await annotateIn(world, sourceRef, {
      'reconcile.fluxcd.io/requestedAt': 'again',
    });
    await delivered(3);
    expect(await namesIn(world)).toHaveLength(3);
    expect(deletionsIn(world)).toEqual([]);
    expect(portal.homes.find('demo')?.mode).toBe('reconcile');
  });
});
