import { Kustomization } from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { Knex } from 'knex';
import { migratedDatabases, testDatabaseIds } from './__testUtils__/databases';
import {
  annotateIn,
  Annotations,
  crdsEstablished,
  deletionsIn,
  deliveryRef,
  digestOf,
  filesOf,
  holdOf,
  names,
  namesIn,
  pathOf,
  sourceRef,
  WAIT_MS,
} from './__testUtils__/prunes';
import {
  gitRepository,
  kustomization,
  PORTAL_AGENT,
  PortalOptions,
  readyOf,
  World,
} from './__testUtils__/world';
import { Gitops } from './createGitops';

jest.setTimeout(240_000);

const REPO = 'team/app';
const APPROVAL = 'backstage-gitops.io/approved-prune';
const OBJECT_ID = 'demo/kustomize.toolkit.fluxcd.io/Kustomization/default/app';

describe.each(testDatabaseIds)('bounded prunes on %s', id => {
  const init = migratedDatabases();
  let world: World;
  let url: string;
  let database: Knex;
  let portal: Gitops;

  const start = async (files: string[], options: PortalOptions = {}) => {
    ({ url } = await world.sandbox.git.createRepository(REPO, filesOf(files)));
    database = await init(id);
    portal = await world.startPortal(database, options);
    await crdsEstablished(world);
    await world.apply(gitRepository(url));
  };

  const annotate = (...change: Annotations) => annotateIn(world, ...change);

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
        object.status?.observedGeneration === object.metadata.generation &&
        object.status?.inventory?.entries.length === count,
    );

  const held = (revision: string) =>
    until(
      object =>
        readyOf(object)?.reason === 'PruneHeld' &&
        object.status?.lastAppliedRevision === revision,
    );

  let requests = 0;
  /** Commits, and has the source look; gives the revision. */
  const commit = async (change: {
    files?: Record<string, string>;
    remove?: string[];
  }) => {
    const sha = await world.sandbox.git.commit(REPO, {
      message: 'Change',
      ...change,
    });
    requests += 1;
    await annotate(sourceRef, {
      'reconcile.fluxcd.io/requestedAt': `r${requests}`,
    });
    return `main@sha1:${sha}`;
  };

  /** A whole run that somebody asked for. */
  const reconcile = async () => {
    requests += 1;
    const token = `r${requests}`;
    await annotate(deliveryRef, { 'reconcile.fluxcd.io/requestedAt': token });
    return until(object => object.status?.lastHandledReconcileAt === token);
  };

  const liveNames = () => namesIn(world);
  const deletions = () => deletionsIn(world);

  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.stop());

  it('holds a botched merge, applies the rest, and lets exactly the approved set go', async () => {
    await start(names(30));
    await world.apply(kustomization());
    await delivered(30);
    const revision = await commit({
      files: filesOf(['cm-new']),
      remove: names(25).map(pathOf),
    });
    const object = await held(revision);
    expect(readyOf(object)).toMatchObject({ status: 'False' });
    expect(holdOf(object)).toMatchObject({
      status: 'True',
      reason: 'MassPrune',
      message: expect.stringContaining('25 objects of 30 would be deleted'),
    });
    expect(readyOf(object)?.message).toContain(`${APPROVAL}: sha256:`);
    // The new one is there, and nothing is gone or forgotten.
    expect(await liveNames()).toHaveLength(31);
    expect(object.status?.inventory?.entries).toHaveLength(31);
    expect(deletions()).toEqual([]);
    const events = await world.eventsOf(object);
    expect(events.filter(event => event.startsWith('PruneHeld'))).toHaveLength(
      1,
    );

    // As long as nothing changes, it is said once.
    const again = await reconcile();
    expect(digestOf(again)).toBe(digestOf(object));
    expect(
      (await world.eventsOf(object)).filter(event =>
        event.startsWith('PruneHeld'),
      ),
    ).toHaveLength(1);

    // What was approved is not what would go by now: held again, also below the bounds.
    const shrunk = await commit({ files: filesOf(names(10)) });
    const other = await held(shrunk);
    expect(digestOf(other)).not.toBe(digestOf(object));
    await annotate(deliveryRef, { [APPROVAL]: digestOf(object) });
    const unmoved = await reconcile();
    expect(holdOf(unmoved)?.message).toContain('15 objects of 31');
    expect(deletions()).toEqual([]);

    await annotate(deliveryRef, { [APPROVAL]: digestOf(other) });
    const done = await delivered(16);
    expect(holdOf(done)).toBeUndefined();
    expect((await liveNames()).sort()).toEqual(
      [...names(10), ...names(5, 25), 'cm-new'].sort(),
    );
    expect((await world.eventsOf(done)).join('\n')).toContain(
      'Prune of 15 objects was approved',
    );
    // The approval is used up.
    const used = await until(
      ({ metadata }) => metadata.annotations?.[APPROVAL] === undefined,
    );
    expect(used.metadata.annotations).not.toHaveProperty(APPROVAL);
  });

  it('holds an empty build, and the hold ends when the objects come back', async () => {
    await start(names(3));
    await world.apply(kustomization());
    await delivered(3);
    const revision = await commit({
      files: { 'app/kustomization.yaml': 'resources: []\n' },
    });
    const object = await held(revision);
    expect(holdOf(object)).toMatchObject({ reason: 'InventoryEmptied' });
    expect(await liveNames()).toHaveLength(3);
    expect(await portal.heldPrunes.get(OBJECT_ID, object)).toMatchObject({
      digest: digestOf(object),
      reason: 'emptied',
      total: 3,
    });

    await commit({ remove: ['app/kustomization.yaml'] });
    const back = await delivered(3);
    expect(holdOf(back)).toBeUndefined();
    expect(await portal.heldPrunes.get(OBJECT_ID, object)).toBeUndefined();
    expect(deletions()).toEqual([]);
  });

  it('holds by the bounds of the home, deletes within them, and never holds a deletion', async () => {
    await start(names(6), { pruneBounds: { maxObjects: 2, maxShare: 0.4 } });
    await world.apply(kustomization());
    await delivered(6);
    await commit({ remove: names(2).map(pathOf) });
    await delivered(4);
    const revision = await commit({ remove: names(3, 2).map(pathOf) });
    await held(revision);
    expect(await liveNames()).toHaveLength(4);

    await world.client.delete(deliveryRef);
    await world.until(deliveryRef, object => object === undefined, WAIT_MS);
    expect(await liveNames()).toEqual([]);
    expect(await database('gitops_held_prunes')).toEqual([]);
  });

  it('does nothing while suspended, and takes an approval up when resumed', async () => {
    await start(names(3));
    await world.apply(kustomization());
    await delivered(3);
    const revision = await commit({
      files: { 'app/kustomization.yaml': 'resources: []\n' },
    });
    const object = await held(revision);
    await world.apply(kustomization({ suspend: true }));
    await until(({ spec }) => spec.suspend === true);
    await annotate(deliveryRef, { [APPROVAL]: digestOf(object) });
    // Another delivery that is done after it shows that the queue went on.
    await world.apply(kustomization({ path: './app' }, 'other'));
    await world.until<Kustomization>(
      { ...deliveryRef, name: 'other' },
      other => readyOf(other)?.status === 'True',
      WAIT_MS,
    );
    expect(await liveNames()).toHaveLength(3);
    await world.apply(kustomization({ suspend: false }));
    await until(({ status }) => status?.inventory?.entries.length === 0);
    expect(await liveNames()).toEqual([]);
  });

  it('says in a plan that it would be held', async () => {
    await start(names(3));
    await world.apply(kustomization());
    await delivered(3);
    await world.stopPortal(portal);
    await world.sandbox.git.commit(REPO, {
      message: 'Empty',
      files: { 'app/kustomization.yaml': 'resources: []\n' },
    });
    const planned = world.nextLog(/Plan for revision [^]*would be held/);
    await annotate(sourceRef, { 'reconcile.fluxcd.io/requestedAt': 'plan' });
    await world.startPortal(database, { mode: 'plan', logger: world.logger });
    expect(await planned).toMatch(/3 to delete/);
    expect(deletions()).toEqual([]);
  });

  it('loses nothing with its database: all is found again, and what is held stays held', async () => {
    await start(names(30));
    await world.apply(kustomization());
    await delivered(30);
    const revision = await commit({ remove: names(25).map(pathOf) });
    const before = await held(revision);
    await world.stopPortal(portal);

    const empty = await init(id);
    portal = await world.startPortal(empty);
    // With more objects around it, the set alone would not be too large.
    const grown = await commit({ files: filesOf(names(40, 100)) });
    const after = await held(grown);
    expect(digestOf(after)).toBe(digestOf(before));
    expect(await portal.heldPrunes.get(OBJECT_ID, after)).toMatchObject({
      entries: { length: 25 },
    });
    expect(await liveNames()).toHaveLength(70);
    expect(deletions()).toEqual([]);
  });

  it('prunes nothing for what a restored database remembers', async () => {
    await start(names(2));
    await world.apply(kustomization());
    const first = await delivered(2);
    await world.stopPortal(portal);
    // Let go of on purpose since, as objects are while prune is off.
    await world.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'cm-left',
        namespace: 'default',
        labels: {
          'kustomize.toolkit.fluxcd.io/name': 'app',
          'kustomize.toolkit.fluxcd.io/namespace': 'default',
        },
      },
    });
    const old = Date.now() - 86_400_000;
    await database('gitops_pending_inventory').insert([
      {
        object_id: OBJECT_ID,
        object_uid: first.metadata.uid,
        entry_id: 'default_cm-left__ConfigMap',
        entry_version: 'v1',
        fence: 1,
        written_at: old,
      },
      {
        object_id: OBJECT_ID,
        object_uid: 'of-one-before-it',
        entry_id: 'default_cm-0__ConfigMap',
        entry_version: 'v1',
        fence: 1,
        written_at: Date.now(),
      },
    ]);
    // Work on objects that nobody knows any more, and a set that nobody holds.
    await database('gitops_work')
      .where({ id: OBJECT_ID })
      .update({ due_at: old });
    await database('gitops_held_prunes').insert({
      object_id: OBJECT_ID,
      object_uid: first.metadata.uid,
      digest: `sha256:${'0'.repeat(64)}`,
      reason: 'emptied',
      total: 1,
      entries: '[]',
      held_at: old,
    });
    await world.startPortal(database);
    const object = await reconcile();
    expect(readyOf(object)?.status).toBe('True');
    expect(object.status?.inventory?.entries).toHaveLength(2);
    expect((await liveNames()).sort()).toEqual(['cm-0', 'cm-1', 'cm-left']);
    expect(deletions()).toEqual([]);
  });

  it('prunes nothing in another cluster than it was, until that is confirmed', async () => {
    await start(names(3));
    await world.apply(kustomization());
    const first = await delivered(3);
    await world.stopPortal(portal);
    const [pin] = await database('gitops_home_pins');
    const { metadata } = (await world.client.get<KubernetesObject>({
      apiVersion: 'v1',
      kind: 'Namespace',
      name: 'kube-system',
    }))!;
    expect(pin).toMatchObject({ home: 'demo', cluster_uid: metadata.uid });
    await database('gitops_home_pins').update({ cluster_uid: 'another' });

    portal = await world.startPortal(database);
    await annotate(deliveryRef, { [APPROVAL]: 'sha256:of-the-other-cluster' });
    const revision = await commit({ remove: [pathOf('cm-0')] });
    const object = await held(revision);
    expect(holdOf(object)?.reason).toBe('HomeReplaced');
    expect(holdOf(object)?.message).toContain(
      `until clusterUid of the home in app-config is ${metadata.uid}`,
    );
    expect(portal.homes.find('demo')?.replaced).toEqual({
      was: 'another',
      is: metadata.uid,
    });
    // No approval stands for the confirmation.
    await annotate(deliveryRef, { [APPROVAL]: digestOf(object) });
    await reconcile();
    expect(await liveNames()).toHaveLength(3);
    await annotate(deliveryRef, { [APPROVAL]: null });
    await world.stopPortal(portal);

    portal = await world.startPortal(database, {
      clusterUid: String(metadata.uid),
    });
    await reconcile();
    const done = await delivered(2);
    expect(done.metadata.uid).toBe(first.metadata.uid);
    expect(portal.homes.find('demo')?.replaced).toBeUndefined();
    expect(await liveNames()).toHaveLength(2);
    expect(await database('gitops_home_pins')).toEqual([
      expect.objectContaining({ cluster_uid: metadata.uid }),
    ]);
  });

  it('takes an approval up while it waits for health', async () => {
    await start(names(3));
    await world.apply(
      kustomization({
        timeout: '5m',
        healthChecks: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'never' }],
      }),
    );
    const waits = (object: Kustomization) =>
      object.status?.conditions?.some(
        ({ type, status }) => type === 'Healthy' && status === 'Unknown',
      ) === true;
    await until(waits);
    await commit({
      files: { 'app/kustomization.yaml': 'resources: []\n' },
    });
    const object = await until(
      candidate => waits(candidate) && holdOf(candidate) !== undefined,
    );
    await annotate(deliveryRef, { [APPROVAL]: digestOf(object) });
    await until(({ status }) => status?.inventory?.entries.length === 0);
    expect(await liveNames()).toEqual([]);
  });

  it('keeps what could not be deleted, and its approval', async () => {
    await start(names(3));
    await world.apply(kustomization());
    await delivered(3);
    const revision = await commit({
      files: { 'app/kustomization.yaml': 'resources: []\n' },
    });
    const object = await held(revision);
    const { faults } = world.sandbox.kubernetes;
    faults.inject({
      disconnect: true,
      match: ({ verb, resource, name, userAgent }) =>
        userAgent === PORTAL_AGENT &&
        verb === 'delete' &&
        resource === 'configmaps' &&
        name === 'cm-1',
    });
    await annotate(deliveryRef, { [APPROVAL]: digestOf(object) });
    const failed = await until(
      candidate => readyOf(candidate)?.reason === 'PruneFailed',
    );
    expect(failed.status?.inventory?.entries).toEqual([
      { id: 'default_cm-1__ConfigMap', v: 'v1' },
    ]);
    const approval = failed.metadata.annotations?.[APPROVAL];
    expect(approval).toMatch(/^sha256:/);
    expect(approval).not.toBe(digestOf(object));
    faults.clear();
    await reconcile();
    await until(
      ({ status, metadata }) =>
        status?.inventory?.entries.length === 0 &&
        metadata.annotations?.[APPROVAL] === undefined,
    );
    expect(await liveNames()).toEqual([]);
  });

  it('keeps everything while the source cannot be reached', async () => {
    await start(names(3));
    await world.apply(kustomization());
    await delivered(3);
    world.sandbox.git.setAccess(REPO, {
      basic: { username: 'nobody', password: 'knows' },
    });
    await annotate(sourceRef, { 'reconcile.fluxcd.io/requestedAt': 'out' });
    await world.until<KubernetesObject>(
      sourceRef,
      object =>
        (object?.status as { lastHandledReconcileAt?: string } | undefined)
          ?.lastHandledReconcileAt === 'out',
      WAIT_MS,
    );
    const object = await reconcile();
    expect(object.status?.inventory?.entries).toHaveLength(3);
    expect(await liveNames()).toHaveLength(3);
    expect(deletions()).toEqual([]);
  });
});
