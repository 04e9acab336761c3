import { ConfigReader } from '@backstage/config';
import { JsonObject } from '@backstage/types';
import { mockServices } from '@backstage/backend-test-utils';
import { gitopsKinds } from '@backstage-gitops/plugin-gitops-common';
import { parseYaml } from '@backstage-gitops/kubernetes-yaml';
import { Knex } from 'knex';
import {
  migratedDatabases,
  testDatabaseIds,
} from '../../__testUtils__/databases';
import { CatalogSightings } from '../CatalogSightings';
import { DoctorCheck, Finding } from '../DoctorCheck';
import { HostPlugins, PluginPlace } from '../HostPlugins';
import { memoryStore } from '../__testUtils__/memoryStore';
import { hostActions } from './hostActions';
import { hostArtifacts } from './hostArtifacts';
import { hostAuth } from './hostAuth';
import { hostCatalogModule } from './hostCatalogModule';
import { hostCatalogRules } from './hostCatalogRules';
import { hostDatabase } from './hostDatabase';
import { hostEvents } from './hostEvents';
import { hostPermissions } from './hostPermissions';
import { hostSignals } from './hostSignals';

jest.setTimeout(60_000);

const { signal } = new AbortController();
const ask = (check: DoctorCheck): Promise<Finding[]> => check.run({}, signal);

/** Plugins of this backend with their modules; `true` for those of another one. */
function pluginsOf(
  plugins: Record<string, string[] | true>,
): Pick<HostPlugins, 'find'> {
  return new HostPlugins({
    instance: {
      getInstalledPlugins: async () =>
        Object.entries(plugins).flatMap(([pluginId, modules]) =>
          modules === true
            ? []
            : [
                {
                  pluginId,
                  modules: modules.map(moduleId => ({ moduleId })),
                },
              ],
        ),
    },
    system: {
      getInstalledPlugins: async () =>
        Object.keys(plugins).map(pluginId => ({ pluginId })),
    },
  });
}

const kinds = gitopsKinds.map(({ kind }) => kind);

describe('HostPlugins', () => {
  it.each<[string, PluginPlace['at']]>([
    ['catalog', 'here'],
    ['events', 'elsewhere'],
    ['signals', 'nowhere'],
  ])('finds %s %s', async (id, at) => {
    const plugins = pluginsOf({ catalog: ['gitops'], events: true });
    expect((await plugins.find(id)).at).toBe(at);
  });
});

describe('host.events and host.signals', () => {
  it.each([
    [hostEvents, 'events', '@backstage/plugin-events-backend'],
    [hostSignals, 'signals', '@backstage/plugin-signals-backend'],
  ])('%p gives the line to add', async (check, id, packageName) => {
    expect(await ask(check(pluginsOf({ [id]: [] })))).toMatchObject([
      { level: 'ok' },
    ]);
    expect(await ask(check(pluginsOf({ [id]: true })))).toMatchObject([
      { level: 'ok' },
    ]);
    expect(await ask(check(pluginsOf({})))).toMatchObject([
      {
        level: 'warning',
        snippet: {
          file: 'packages/backend/src/index.ts',
          text: `backend.add(import('${packageName}'));`,
        },
      },
    ]);
  });
});

describe('host.catalogRules', () => {
  const ofRules = (catalog: JsonObject) =>
    ask(hostCatalogRules(new ConfigReader({ catalog })));

  it('is content with all kinds, however they are written', async () => {
    expect(
      await ofRules({
        rules: [
          { allow: kinds.slice(0, 5).map(kind => kind.toLowerCase()) },
          { allow: kinds.slice(5).map(kind => ({ kind })) },
        ],
      }),
    ).toMatchObject([{ level: 'ok' }]);
  });

  it('names those that are missing, and gives the rule', async () => {
    const [finding] = await ofRules({
      rules: [
        { allow: kinds.filter(kind => !/^(Alert|Receiver)$/.test(kind)) },
      ],
    });
    expect(finding).toMatchObject({
      level: 'warning',
      title: 'catalog.rules do not allow Alert, Receiver',
    });
    expect(parseYaml(finding.snippet!.text)).toEqual({
      catalog: { rules: [{ allow: ['Alert', 'Receiver'] }] },
    });
  });

  it('keeps the default rules where there are none', async () => {
    const [finding] = await ofRules({});
    expect(finding.level).toBe('error');
    expect(parseYaml(finding.snippet!.text)).toEqual({
      catalog: {
        rules: [{ allow: ['Component', 'API', 'Location', ...kinds] }],
      },
    });
  });

  it('says which kinds are allowed at some locations only', async () => {
    const [finding] = await ofRules({
      rules: [
        { allow: kinds.slice(3) },
        { allow: [kinds[0]], locations: [{ type: 'url' }] },
        { allow: [{ kind: kinds[1], 'spec.type': 'x' }] },
      ],
      locations: [
        {
          type: 'url',
          target: 'https://git.test/x.yaml',
          rules: [{ allow: [kinds[2]] }],
        },
      ],
    });
    expect(finding).toMatchObject({
      level: 'ok',
      title: expect.stringContaining(kinds.slice(0, 3).join(', ')),
    });
  });
});

describe('host.actions', () => {
  const actions = (
    plugins: Record<string, string[] | true>,
    data: JsonObject = {},
    registersActions = false,
  ) =>
    ask(
      hostActions({
        plugins: pluginsOf(plugins),
        config: new ConfigReader(data),
        registersActions,
      }),
    );

  it('looks for the module of the scaffolder, where there is one', async () => {
    expect(await actions({})).toEqual([]);
    expect(await actions({ scaffolder: ['gitops'] })).toMatchObject([
      { level: 'ok' },
    ]);
    expect(await actions({ scaffolder: true })).toMatchObject([
      { level: 'unknown' },
    ]);
    expect(await actions({ scaffolder: ['github'] })).toMatchObject([
      {
        level: 'warning',
        snippet: {
          text: "backend.add(import('@backstage-gitops/plugin-scaffolder-backend-module-gitops'));",
        },
      },
    ]);
  });

  it('looks whether the host reads the actions that there are', async () => {
    const sources = (pluginSources: string[]) => ({
      backend: { actions: { pluginSources } },
    });
    expect(await actions({}, sources(['auth', 'gitops']), true)).toMatchObject([
      { level: 'ok' },
    ]);
    const [finding] = await actions({}, sources(['auth']), true);
    expect(finding.level).toBe('warning');
    expect(parseYaml(finding.snippet!.text)).toEqual(
      sources(['auth', 'gitops']),
    );
  });
});

describe('host.permissions', () => {
  it.each([
    ['error', {}, ['other-policy']],
    ['error', { permission: { enabled: false } }, ['other-policy']],
    ['warning', { permission: { enabled: true } }, ['allow-all-policy']],
    ['ok', { permission: { enabled: true } }, ['other-policy']],
  ])('says %s for %j and %j', async (level, data, modules) => {
    const check = hostPermissions({
      config: new ConfigReader(data),
      plugins: pluginsOf({ permission: modules }),
    });
    expect(await ask(check)).toMatchObject([{ level }]);
  });
});

describe('host.auth', () => {
  it('tells when nobody needs credentials', async () => {
    const auth = (value: boolean) =>
      new ConfigReader({
        backend: { auth: { dangerouslyDisableDefaultAuthPolicy: value } },
      });
    expect(await ask(hostAuth(new ConfigReader({})))).toMatchObject([
      { level: 'ok' },
    ]);
    expect(await ask(hostAuth(auth(false)))).toMatchObject([{ level: 'ok' }]);
    expect(await ask(hostAuth(auth(true)))).toMatchObject([{ level: 'error' }]);
  });
});

describe.each(testDatabaseIds)('on %s', databaseId => {
  const init = migratedDatabases();
  let database: Knex;
  beforeEach(async () => {
    database = await init(databaseId);
  });

  it('host.database tells what several processes can share', async () => {
    const [{ level, title, snippet }] = await ask(hostDatabase(database));
    expect([level, title, snippet?.text.includes('client: pg')]).toEqual(
      databaseId === 'SQLITE_3'
        ? ['warning', 'The plugin database is SQLite in memory', true]
        : ['ok', 'The plugin database is PostgreSQL', undefined],
    );
  });

  describe('host.artifacts', () => {
    const artifact = (id: string, digest: string, at: number) =>
      database('gitops_artifacts').insert({
        object_id: id,
        revision: 'main',
        digest,
        size: 1,
        created_at: at,
      });

    it('writes, reads, and leaves nothing behind', async () => {
      const store = memoryStore();
      const check = hostArtifacts({ store, database, place: '/var/lib' });
      expect(await ask(check)).toMatchObject([
        { level: 'ok', title: expect.stringContaining('/var/lib') },
      ]);
      expect(store.digests).toEqual([]);
    });

    it('says why it cannot', async () => {
      const store = memoryStore({
        put: async () => {
          throw new Error('EACCES: permission denied');
        },
      });
      const check = hostArtifacts({ store, database, place: '/var/lib' });
      expect(await ask(check)).toMatchObject([
        { level: 'error', title: expect.stringContaining('EACCES') },
      ]);
    });

    it('misses what an object holds last, not what it held before', async () => {
      const store = memoryStore();
      const { digest } = await store.put(Buffer.from('new'));
      await artifact('a', 'sha256:old', 1);
      await artifact('a', digest, 2);
      const check = hostArtifacts({ store, database, place: '/var/lib' });
      expect(await ask(check)).toMatchObject([{ level: 'ok' }]);
      await artifact('b', 'sha256:gone', 3);
      expect(await ask(check)).toMatchObject([
        { level: 'error', title: expect.stringContaining('lacks 1 of') },
      ]);
    });
  });

  describe('host.catalogModule', () => {
    const MINUTE = 60_000;
    let clock: number;
    const now = () => clock;

    const look = async (
      plugins: Record<string, string[] | true>,
      options: { heardAt?: number; isPublishing?: boolean } = {},
    ): Promise<Finding> => {
      const sightings = new CatalogSightings({
        database,
        logger: mockServices.logger.mock(),
        now,
      });
      if (options.heardAt !== undefined) {
        const then = clock;
        clock = options.heardAt;
        await sightings.note();
        clock = then;
      }
      const [finding] = await ask(
        hostCatalogModule({
          plugins: pluginsOf(plugins),
          sightings,
          isPublishing: options.isPublishing ?? true,
          startedAt: 0,
          now,
        }),
      );
      return finding;
    };

    beforeEach(() => {
      clock = 10 * MINUTE;
    });

    it('is content where the module has spoken lately, wherever it runs', async () => {
      const heardAt = 8 * MINUTE;
      expect((await look({}, { heardAt })).level).toBe('ok');
    });

    it('misses it in this backend', async () => {
      const finding = await look({ catalog: ['github'] });
      expect(finding).toMatchObject({
        level: 'error',
        snippet: {
          text: "backend.add(import('@backstage-gitops/plugin-catalog-backend-module-gitops'));",
        },
      });
    });

    it('tells when it is silent', async () => {
      const heardAt = 1 * MINUTE;
      expect(await look({ catalog: ['gitops'] }, { heardAt })).toMatchObject({
        level: 'warning',
        title: expect.stringContaining('1970-01-01T00:01:00.000Z'),
      });
      expect((await look({ catalog: true })).level).toBe('error');
    });

    it('does not know what it has no reason to hear', async () => {
      const isPublishing = false;
      expect((await look({ catalog: true }, { isPublishing })).level).toBe(
        'unknown',
      );
      expect(
        (await look({ catalog: ['gitops'] }, { isPublishing })).level,
      ).toBe('ok');
    });

    it('waits after a start', async () => {
      clock = MINUTE;
      expect((await look({ catalog: true })).level).toBe('unknown');
      expect((await look({ catalog: ['gitops'] })).level).toBe('ok');
    });
  });

  it('CatalogSightings notes once a minute, and survives the database', async () => {
    let clock = 0;
    const logger = mockServices.logger.mock();
    const sightings = new CatalogSightings({
      database,
      logger,
      now: () => clock,
    });
    expect(await sightings.last()).toBeUndefined();
    await sightings.note();
    clock = 30_000;
    await sightings.note();
    expect(await sightings.last()).toBe(0);
    clock = 60_000;
    await sightings.note();
    expect(await sightings.last()).toBe(60_000);
    await database.schema.dropTable('gitops_sightings');
    clock = 120_000;
    await sightings.note();
    expect(logger.warn).toHaveBeenCalledTimes(1);
  });
});
