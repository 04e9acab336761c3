import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  crdOf,
  FieldManager,
  FLUX_FINALIZER,
  GitRepository,
  gitRepositoryKind,
  Kustomization,
  kustomizationKind,
} from '@backstage-gitops/plugin-gitops-common';
import { Knex } from 'knex';
import { CLAIM, FILE, GITOPS } from './catalog/__testUtils__/registrarWorld';
import { TestCatalog } from './catalog/__testUtils__/TestCatalog';
import {
  migratedDatabases,
  postgresConnectionString,
} from './__testUtils__/databases';
import { PortalProcesses } from './__testUtils__/PortalProcesses';
import {
  gitRepository,
  kustomization,
  readyOf,
  World,
} from './__testUtils__/world';

jest.setTimeout(180_000);

const describeWithPostgres = postgresConnectionString
  ? describe
  : describe.skip;

const COUNT = 8;
const REGISTERED = 4;
const names = Array.from({ length: COUNT }, (_, n) => `app-${n}`);
/** Those of the catalog come after the others. */
const registered = names.slice(COUNT - REGISTERED);

describeWithPostgres('two replicas on one PostgreSQL', () => {
  const init = migratedDatabases();
  let world: World;
  let database: Knex;
  let processes: PortalProcesses;

  beforeEach(async () => {
    world = await World.start();
    processes = new PortalProcesses(world.directory);
    for (const kind of [gitRepositoryKind, kustomizationKind]) {
      await world.apply(crdOf(kind) as KubernetesObject);
    }
    database = await init('POSTGRES_18');
  });

  afterEach(async () => {
    await processes.endAll();
    await world.stop();
  });

  const requests = (name: string) =>
    world.sandbox.kubernetes.requests.list(
      ({ userAgent, query }) => userAgent === name && query.dryRun !== 'All',
    );

  it('share the work, and one takes over what the other leaves', async () => {
    const { url } = await world.sandbox.git.createRepository(
      'team/app',
      Object.fromEntries(
        names.map(name => [
          `${name}/cm.yaml`,
          `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`,
        ]),
      ),
    );
    await world.apply(gitRepository(url));
    const delivery = (name: string) => ({
      ...kustomization({ path: `./${name}` }, name),
    });
    const catalog = new TestCatalog(GITOPS);
    catalog.files.set(
      FILE,
      registered.map(name => JSON.stringify(delivery(name))).join('\n---\n'),
    );
    const connection = new URL(postgresConnectionString!);
    connection.pathname = `/${database.client.config.connection.database}`;
    const settings = {
      connection: connection.href,
      kubeconfig: world.sandbox.kubernetes.kubeconfig,
      artifacts: `${world.directory}/artifacts`,
      leaseMs: 2_000,
      homeLeaseMs: 30_000,
      catalog: {
        gitops: { ...GITOPS, claims: [CLAIM] },
        entities: await catalog.refresh(),
        files: Object.fromEntries(catalog.files),
      },
    };
    expect(settings.catalog.entities).toHaveLength(REGISTERED);

    const [one, two] = await Promise.all(
      ['one', 'two'].map(name => processes.start({ ...settings, name })),
    );
    await Promise.all([one.next(/^started$/), two.next(/^started$/)]);
    await world.until<GitRepository>(
      { ...gitRepository(url), namespace: 'default', name: 'repo' },
      object => readyOf(object)?.status === 'True',
      60_000,
    );
    const delivered = (name: string) =>
      world.until<Kustomization>(
        { ...delivery(name), namespace: 'default', name },
        object => readyOf(object)?.status === 'True',
        60_000,
      );
    for (const name of registered) {
      await delivered(name);
    }
    // One is killed in the middle of an apply, and has it for sure.
    two.pause();
    await one.stopBefore('^apply ConfigMap/app-[0-3]$');
    for (const name of names.slice(0, COUNT - REGISTERED)) {
      await world.apply(delivery(name));
    }
    await one.next(/^stopped before apply/);
    await one.end('SIGKILL');
    two.resume();

    for (const name of names) {
      const { metadata, status } = await delivered(name);
      expect(metadata.finalizers).toEqual([FLUX_FINALIZER]);
      expect(status?.inventory?.entries).toHaveLength(1);
    }
    // What runs still ends in order.
    expect(await two.end('SIGTERM')).toEqual([0, null]);

    // Both had a share, and each registration was applied by one of them once.
    for (const replica of ['one', 'two']) {
      expect(requests(replica).map(({ resource }) => resource)).toContain(
        'kustomizations',
      );
    }
    expect(
      [...requests('one'), ...requests('two')]
        .filter(({ query }) => query.fieldManager === FieldManager.catalog)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(registered);
    const finalizers = [...requests('one'), ...requests('two')]
      .filter(
        ({ verb, resource, subresource, query }) =>
          verb === 'patch' &&
          resource === 'kustomizations' &&
          !subresource &&
          query.fieldManager === 'backstage-gitops',
      )
      .map(({ name }) => name);
    expect([...new Set(finalizers)]).toHaveLength(finalizers.length);

    // Nothing was said twice.
    const said = (await database('gitops_history')
      .whereNot('type', 'Trace')
      .select('object_id', 'reason', 'message')) as Record<string, string>[];
    const news = said
      .filter(({ reason }) => reason !== 'ReconciliationSucceeded')
      .map(entry => JSON.stringify(entry));
    expect(new Set(news).size).toBe(news.length);
    expect(
      said.filter(({ reason }) => reason === 'ReconciliationSucceeded'),
    ).toHaveLength(COUNT);
    const { items } = await world.client.list<
      KubernetesObject & { reason: string; count: number; message: string }
    >({ apiVersion: 'v1', kind: 'Event', namespace: 'default' });
    expect(items.filter(({ count }) => count > 1)).toEqual([]);
    const work = (await database('gitops_work').select('*')) as Record<
      string,
      unknown
    >[];
    expect(work).toHaveLength(COUNT + 1);
    expect(work.filter(row => row.last_outcome !== 'done')).toEqual([]);
  });
});
