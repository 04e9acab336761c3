import { mockServices } from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { DoctorReport } from '@backstage-gitops/plugin-gitops-common';
import { Knex } from 'knex';
import { migratedDatabases, testDatabaseIds } from '../__testUtils__/databases';
import { CatalogErrorStore } from '../catalog/CatalogErrorStore';
import { Registrar } from '../catalog/Registrar';
import { Decision, RegisteredManifest } from '../catalog/Registration';
import { RegistrationStore } from '../catalog/RegistrationStore';
import { readGitopsConfig } from '../config/readGitopsConfig';
import { CatalogSightings } from '../doctor/CatalogSightings';
import { createDoctor } from '../doctor/createDoctor';
import { NotificationStore } from '../controllers/notification/outbox/NotificationStore';
import { DatabaseWorkQueue } from '../engine/queue/DatabaseWorkQueue';
import { Homes } from '../homes/Homes';
import { HomePins } from '../homes/pinHome';
import { memoryStore } from '../doctor/__testUtils__/memoryStore';
import { kustomization } from './__testUtils__/objects';
import { ApiWorld, NOW } from './__testUtils__/ApiWorld';

jest.setTimeout(120_000);

const CLAIM = {
  location: { host: 'git.test', repository: 'team/game' },
  home: 'local',
  namespaces: ['default'],
  serviceAccount: 'deployer',
};

const root = mockServices.rootConfig({
  data: {
    permission: { enabled: true },
    catalog: { rules: [{ allow: ['Component', 'Kustomization'] }] },
    backend: { database: { connection: { password: 'hunter2' } } },
    gitops: {
      homes: [
        {
          name: 'local',
          mode: 'reconcile',
          url: 'https://home.example',
          token: 'hunter2',
        },
      ],
      claims: [CLAIM],
    },
  },
});

const manifest = (name: string): RegisteredManifest => ({
  entityRef: `kustomization:default/${name}`,
  location: `url:http://bob:hunter2@git.test/raw/team/game/main/gitops/${name}.yaml`,
  document: '0',
  digest: 'd1',
  findings: [],
  home: 'local',
  kind: 'Kustomization',
  namespace: 'default',
  name,
});

describe.each(testDatabaseIds)('the doctor on %s', databaseId => {
  const init = migratedDatabases();
  let world: ApiWorld;
  let database: Knex;
  let clock: number;
  let registrations: RegistrationStore;
  let notifications: NotificationStore;

  beforeEach(async () => {
    clock = NOW;
    const now = () => clock;
    database = await init(databaseId);
    world = new ApiWorld({ local: 'reconcile' });
    registrations = new RegistrationStore({ database, now });
    notifications = new NotificationStore({ database, owner: 'p', now });
    const logger = mockServices.logger.mock();
    const doctor = createDoctor({
      root,
      config: readGitopsConfig(root),
      publish: { kinds: new Set() },
      database,
      store: memoryStore(),
      artifactsPlace: 'in memory',
      index: world.index,
      gitops: {
        homes: new Homes(world.homes),
        leases: new Map(),
        pins: new HomePins({ database, logger }),
        kinds: [],
        notifications: { store: notifications },
      },
      catalog: {
        registrar: { lastSyncAt: NOW } as Registrar,
        registrations,
        errors: new CatalogErrorStore({ database, now }),
        claims: [CLAIM],
        rawHosts: ['git.test'],
      },
      sightings: new CatalogSightings({ database, logger, now }),
      instance: {
        getInstalledPlugins: async () => [
          { pluginId: 'catalog', modules: [{ moduleId: 'gitops' }] },
          { pluginId: 'permission', modules: [] },
          { pluginId: 'gitops', modules: [] },
        ],
      },
      system: { getInstalledPlugins: async () => [] },
      version: '0.1.0',
      now,
    });
    world.doctor = () => doctor.report();
  });

  const report = (): Promise<DoctorReport> =>
    world.typedClient().getDoctorReport();

  const levels = async (): Promise<Record<string, string>> =>
    Object.fromEntries(
      (await report()).findings.map(({ check, level }) => [check, level]),
    );

  const registered = async (name: string, decision: Decision) => {
    await registrations.add(manifest(name), 'p');
    const known = await registrations.get(`kustomization:default/${name}`);
    await registrations.finish(known!, decision, { dueAt: null, failures: 0 });
  };

  it('is for those with its permission, and on record', async () => {
    world.policy['gitops.doctor.read'] = { result: AuthorizeResult.DENY };
    const { status, body } = await world.get('/doctor');
    expect(status).toBe(403);
    expect(body.error?.message).toContain('gitops.doctor.read');
    delete world.policy['gitops.doctor.read'];
    await report();
    expect(world.audited).toEqual([
      expect.objectContaining({ end: 'fail' }),
      {
        created: { eventId: 'doctor-report' },
        end: 'success',
        meta: { level: 'warning' },
      },
    ]);
  });

  it('takes no parameters', async () => {
    expect((await world.get('/doctor?verbose=1')).status).toBe(400);
  });

  it('tells what is registered and does not reach its home', async () => {
    await registered('fine', { state: 'Applied', warnings: [], claim: CLAIM });
    await registered('stale', {
      state: 'ManifestStale',
      code: 'ManifestChanged',
      message: 'the file was edited',
      warnings: [],
    });
    await registered('asked', {
      state: 'PendingApproval',
      code: 'NoClaim',
      warnings: [],
    });
    await registrations.add(manifest('gone'), 'p');
    await registrations.markMissing('kustomization:default/gone');
    const gone = await registrations.get('kustomization:default/gone');
    await registrations.orphan(gone!, 'the catalog has it no more');
    await registrations.add(manifest('new'), 'p');

    const made = await report();
    expect(made.registrations).toMatchObject({
      totalItems: 5,
      counts: {
        Applied: 1,
        ManifestStale: 1,
        PendingApproval: 1,
        Orphaned: 1,
        New: 1,
      },
      lists: [
        {
          state: 'ManifestStale',
          totalItems: 1,
          items: [{ message: 'the file was edited' }],
        },
        {
          state: 'PendingApproval',
          totalItems: 1,
          items: [{ suggestedClaim: { home: 'local' } }],
        },
        { state: 'Orphaned', totalItems: 1 },
      ],
    });
    expect(made.homes?.[0].claims).toMatchObject([
      { serviceAccount: 'deployer', registrations: 1 },
    ]);
    expect(await levels()).toMatchObject({
      'registrations.stale': 'warning',
      'registrations.pending': 'warning',
      'registrations.orphaned': 'warning',
      'registrations.refused': 'ok',
      'registrations.failed': 'ok',
      'registrations.files': 'ok',
    });
  });

  it('shows the first of many, and counts all', async () => {
    await database.batchInsert(
      'gitops_registrations',
      Array.from({ length: 45 }, (_, i) => ({
        entity_ref: `kustomization:default/m${i}`,
        location: 'url:http://git.test/raw/team/game/main/m.yaml',
        document: '0',
        digest: 'd',
        home: 'local',
        kind: 'Kustomization',
        namespace: 'default',
        name: `m${i}`,
        state: 'Rejected',
        code: 'InvalidManifest',
        revision: 1,
        seen_at: NOW,
        created_at: NOW,
        updated_at: NOW + i,
      })),
      20,
    );
    const [list] = (await report()).registrations?.lists ?? [];
    expect(list.totalItems).toBe(45);
    expect(list.items).toHaveLength(20);
    expect(list.items[0].object.name).toBe('m44');
  });

  it('tells of files that the catalog rejects', async () => {
    const errors = new CatalogErrorStore({ database, now: () => clock });
    await errors.report({
      errors: [
        {
          entityRef: 'location:default/a',
          location: 'url:http://git.test/a.yaml',
          code: 'FileRejected',
          message: 'it is not of an allowed kind',
          validForSeconds: 300,
        },
      ],
      resolved: [],
    });
    expect((await report()).registrations?.rejectedFiles).toMatchObject({
      totalItems: 1,
      items: [{ code: 'FileRejected' }],
    });
    clock += 301_000;
    expect((await report()).registrations?.rejectedFiles.totalItems).toBe(0);
  });

  it('tells of objects without owner', async () => {
    world.put(
      kustomization('owned', {
        annotations: { 'backstage-gitops.io/owner': 'group:default/games' },
      }),
    );
    world.put(kustomization('lost'));
    const { objects } = await report();
    expect(objects).toMatchObject({
      totalItems: 2,
      withoutOwner: { totalItems: 1, items: [{ name: 'lost' }] },
    });
    expect((await levels())['objects.owned']).toBe('warning');
  });

  it('tells when work is late, by the clock of the queue', async () => {
    const queue = new DatabaseWorkQueue({
      database,
      owner: 'p1',
      now: () => clock,
    });
    await queue.register([
      {
        home: 'local',
        group: 'kustomize.toolkit.fluxcd.io',
        kind: 'Kustomization',
        namespace: 'default',
        name: 'late',
        controller: 'kustomize',
      },
    ]);
    expect((await levels())['queue.lag']).toBe('ok');
    clock += 90_000;
    expect((await report()).queue).toMatchObject({ due: 1, lagSeconds: 90 });
    expect((await levels())['queue.lag']).toBe('warning');
    clock += 600_000;
    expect((await levels())['queue.lag']).toBe('error');
  });

  it('tells of notifications that were given up, and of which Providers', async () => {
    const give = async (provider: string, count: number) => {
      const lane = { home: 'local', namespace: 'default', provider };
      await database.transaction(transaction =>
        notifications.add(
          transaction,
          Array.from({ length: count }, () => ({
            ...lane,
            alert: { namespace: 'default', name: 'all', uid: '1' },
            objectId: 'local/g/Kustomization/default/app',
            event: {
              involvedObject: {
                ...{ apiVersion: 'g/v1', kind: 'Kustomization' },
                ...{ namespace: 'default', name: 'app' },
              },
              ...{ severity: 'error' as const, message: 'm', reason: 'r' },
              ...{
                timestamp: '2026-11-24T00:00:00Z',
                reportingController: 'c',
              },
            },
          })),
        ),
      );
      return notifications.claim(lane, count);
    };
    await give('waits', 2);
    expect((await levels())['notifications.givenUp']).toBe('ok');
    for (const provider of ['chat', 'mail', 'mail']) {
      const [{ id }] = await give(provider, 1);
      await notifications.bury(id, 'refused');
    }
    expect((await report()).findings).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        title:
          '3 notifications were given up: 2 of Provider default/mail in home local, 1 of Provider default/chat in home local',
      }),
    );
  });

  it('holds no credential', async () => {
    await registered('asked', {
      state: 'Failed',
      code: 'LocationUnreadable',
      message: 'http://bob:hunter2@git.test/x answers 401',
      warnings: [],
    });
    const made = await report();
    expect(made.registrations?.lists).toHaveLength(1);
    expect(JSON.stringify(made)).not.toContain('hunter2');
  });

  it('reports all the same where the database does not answer', async () => {
    await database.schema.dropTable('gitops_work');
    const made = await report();
    expect(made.queue).toBeUndefined();
    expect(made.findings[0]).toMatchObject({
      check: 'doctor.queue',
      level: 'error',
    });
    expect(made.registrations).toBeDefined();
  });
});
