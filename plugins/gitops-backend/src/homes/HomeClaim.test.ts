import { mockServices } from '@backstage/backend-test-utils';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { Knex } from 'knex';
import { migratedDatabases } from '../__testUtils__/databases';
import { World } from '../__testUtils__/world';
import { Home } from './Home';
import { CLAIM_LEASE, HomeClaim } from './HomeClaim';
import { HomeClaimStore } from './HomeClaimStore';
import { HomeKeeper } from './HomeKeeper';
import { Lease, LEASE_KIND } from './Lease';
import { OtherWriters } from './OtherWriters';

jest.setTimeout(120_000);

const LEASE_MS = 30_000;
const { signal } = new AbortController();
const REF = { ...LEASE_KIND, namespace: 'default', name: CLAIM_LEASE };

describe('the claim of a portal on a home', () => {
  const init = migratedDatabases();
  let world: World;
  /** Of the portals; the clock of each, in ms. */
  let time: number;
  let database: Knex;

  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  beforeEach(async () => {
    time = 0;
    database = await init('SQLITE_3');
    for (const namespace of ['default', 'kube-system']) {
      await world.client.delete({ ...REF, namespace });
    }
  });

  function replica(
    options: { on?: Knex; baseUrl?: string; namespace?: string } = {},
  ) {
    const logger = mockServices.logger.mock();
    const monotonic = () => time;
    const home = new Home({
      name: 'demo',
      mode: 'reconcile',
      client: world.client,
      allowPortalCredential: true,
    });
    const claim = new HomeClaim({
      home,
      store: new HomeClaimStore({
        database: options.on ?? database,
        now: () => 1_800_000_000_000 + time,
      }),
      baseUrl: options.baseUrl ?? 'https://a.example/api/gitops',
      namespace: options.namespace ?? 'default',
      leaseMs: LEASE_MS,
      logger,
      monotonic,
    });
    const keeper = new HomeKeeper({
      home,
      claim,
      writers: new OtherWriters({ home, logger, monotonic }),
      controllers: ['source', 'kustomize'],
    });
    return { home, keeper, look: () => keeper.look(signal) };
  }

  const lease = () => world.client.get<Lease>(REF);
  const holder = async () => (await lease())?.spec?.holderIdentity;

  /** All rows of one database in another one, as a restored backup has them. */
  async function copyOf(from: Knex): Promise<Knex> {
    const copy = await init('SQLITE_3');
    const rows = await from('gitops_home_claims').select('*');
    await copy('gitops_home_claims').insert(rows);
    return copy;
  }

  it('is shared by the replicas of a portal, and lives on in any of them', async () => {
    const first = replica();
    expect(first.home.mode).toBe('observe');
    expect(first.home.writer).toBe(
      'nobody: this portal has not claimed the home yet',
    );
    await first.look();
    expect(first.home.mode).toBe('reconcile');
    expect(first.home.writer).toBeUndefined();
    const claimed = await holder();
    expect(claimed).toMatch(
      /^https:\/\/a\.example\/api\/gitops [-0-9a-f]{36}$/,
    );

    const second = replica();
    await second.look();
    expect(second.home.mode).toBe('reconcile');
    expect(await holder()).toBe(claimed);

    // The first one is stopped; it may not write before it has renewed.
    time += 25_000;
    await second.look();
    expect(first.home.mode).toBe('observe');
    expect(first.home.writer).toMatch(/was not renewed in time/);
    await first.look();
    expect(first.home.mode).toBe('reconcile');
    expect(await holder()).toBe(claimed);
    expect((await lease())?.spec?.leaseTransitions).toBe(0);
  });

  it('is taken over from another portal only once that has stopped to renew', async () => {
    const a = replica();
    await a.look();
    const b = replica({
      on: await init('SQLITE_3'),
      baseUrl: 'https://b.example/api/gitops',
    });
    await b.look();
    expect(b.home.mode).toBe('observe');
    expect(b.home.writer).toBe(
      'the portal https://a.example/api/gitops, by the Lease default/backstage-gitops',
    );
    // It is renewed: what time it says does not matter, that it changes does.
    time += 20_000;
    await a.look();
    await b.look();
    time += 29_000;
    await b.look();
    expect(b.home.mode).toBe('observe');
    expect(a.home.mode).toBe('observe');
    time += 1_001;
    await b.look();
    expect(b.home.mode).toBe('reconcile');
    expect(await holder()).toMatch(/^https:\/\/b\.example/);
    expect((await lease())?.spec?.leaseTransitions).toBe(1);

    await a.look();
    expect(a.home.mode).toBe('observe');
    expect(a.home.writer).toMatch(/the portal https:\/\/b\.example/);
  });

  it('does not come with a copy of the database', async () => {
    const original = replica();
    await original.look();
    const copied = await copyOf(database);
    time += 10_000;
    await original.look();

    const elsewhere = replica({
      on: copied,
      baseUrl: 'https://staging.example/api/gitops',
    });
    await elsewhere.look();
    expect(elsewhere.home.writer).toMatch(/the portal https:\/\/a\.example/);

    // Even where its configuration was copied with it.
    const twin = replica({ on: copied });
    await twin.look();
    expect(twin.home.mode).toBe('observe');
    expect(twin.home.writer).toMatch(
      /a portal of the same address .* that has another database/,
    );
    time += 10_000;
    await original.look();
    expect(original.home.mode).toBe('reconcile');
  });

  it('is found again after the loss of the database, once it has run out', async () => {
    const before = replica();
    await before.look();
    const after = replica({ on: await init('SQLITE_3') });
    await after.look();
    expect(after.home.mode).toBe('observe');
    time += LEASE_MS;
    await after.look();
    expect(after.home.mode).toBe('reconcile');
  });

  it('is let go of by the last replica alone', async () => {
    const first = replica();
    const second = replica();
    await first.look();
    await second.look();
    await first.keeper.release();
    expect(await holder()).toBeDefined();
    expect(first.home.mode).toBe('observe');
    await second.keeper.release();
    expect(await holder()).toBeUndefined();

    const other = replica({
      on: await init('SQLITE_3'),
      baseUrl: 'https://b.example/api/gitops',
    });
    await other.look();
    expect(other.home.mode).toBe('reconcile');
  });

  it('survives an answer that was lost', async () => {
    const portal = replica();
    await portal.look();
    world.sandbox.kubernetes.faults.inject({
      match: ({ verb, resource }) => verb === 'update' && resource === 'leases',
      dropResponse: true,
      times: 1,
    });
    await portal.look();
    expect(portal.home.mode).toBe('reconcile');
    await portal.look();
    time += 15_000;
    expect(portal.home.mode).toBe('reconcile');
  });

  it('is looked for in all namespaces', async () => {
    const a = replica({ namespace: 'kube-system' });
    await a.look();
    const b = replica({
      on: await init('SQLITE_3'),
      baseUrl: 'https://b.example/api/gitops',
    });
    await b.look();
    expect(b.home.mode).toBe('observe');
    expect(b.home.writer).toMatch(/Lease kube-system\/backstage-gitops/);
    await a.look();
    expect(a.home.mode).toBe('reconcile');
  });

  it('says what is missing where the credential may not write it', async () => {
    const { faults } = world.sandbox.kubernetes;
    const lift = faults.inject({
      match: ({ method, resource }) =>
        method !== 'GET' && resource === 'leases',
      status: 403,
    });
    const portal = replica();
    await portal.look();
    expect(portal.home.mode).toBe('observe');
    expect(portal.home.writer).toMatch(
      /nobody: the credential may not write the Lease default\/backstage-gitops; let it get, create and update leases/,
    );
    lift();
    await portal.look();
    expect(portal.home.mode).toBe('reconcile');
  });

  it('ends when the home cannot be reached, and is renewed when it can', async () => {
    const portal = replica();
    await portal.look();
    const lift = world.sandbox.kubernetes.faults.inject({
      match: ({ resource }) => resource === 'leases',
      disconnect: true,
    });
    await expect(portal.look()).rejects.toThrow();
    expect(portal.home.mode).toBe('reconcile');
    time += 20_000;
    expect(portal.home.mode).toBe('observe');
    lift();
    await portal.look();
    expect(portal.home.mode).toBe('reconcile');
  });

  it('is not made where others reconcile everything', async () => {
    const flux: KubernetesObject = {
      ...LEASE_KIND,
      metadata: {
        name: 'source-controller-leader-election',
        namespace: 'default',
      },
    };
    await world.client.create({
      ...flux,
      spec: { holderIdentity: 'source-controller-0', leaseDurationSeconds: 35 },
    } as KubernetesObject);
    const portal = replica();
    await portal.look();
    expect(portal.home.mode).toBe('observe');
    expect(await lease()).toBeUndefined();
    // Left behind: nobody renews it.
    time += 35_000;
    await portal.look();
    expect(portal.home.mode).toBe('reconcile');
    await world.client.delete({ ...REF, name: flux.metadata.name });
  });
});
