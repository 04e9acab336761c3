import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  crdOf,
  gitRepositoryKind,
  Kustomization,
  kustomizationKind,
} from '@backstage-gitops/plugin-gitops-common';
import { Knex } from 'knex';
import {
  migratedDatabases,
  postgresConnectionString,
} from '../../__testUtils__/databases';
import {
  PortalProcess,
  PortalProcesses,
} from '../../__testUtils__/PortalProcesses';
import {
  gitRepository,
  kustomization,
  readyOf,
  World,
} from '../../__testUtils__/world';
import { DatabaseWorkQueue } from '../queue/DatabaseWorkQueue';
import { Claim } from '../queue/WorkQueue';

jest.setTimeout(180_000);

const describeWithPostgres = postgresConnectionString
  ? describe
  : describe.skip;

const LEASE_MS = 1_500;
const VICTIM = 'victim';
const REPO = 'team/app';
const REF = {
  apiVersion: kustomizationKind.apiVersion,
  kind: 'Kustomization',
  namespace: 'default',
  name: 'app',
};
const TABLES = [
  'gitops_history',
  'gitops_pending_inventory',
  'gitops_health_waits',
  'gitops_artifacts',
];

const configMap = (name: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {key: "1"}\n`;

describeWithPostgres(
  'a replica that was stopped in the middle of a run',
  () => {
    const init = migratedDatabases();
    let world: World;
    let database: Knex;
    let processes: PortalProcesses;
    let victim: PortalProcess;
    /** Another replica's queue, which takes what the victim held. */
    let survivor: DatabaseWorkQueue;

    const delivered = (name: string) =>
      world.until<Kustomization>(
        REF,
        object =>
          readyOf(object)?.status === 'True' &&
          object?.status?.inventory?.entries[0]?.id ===
            `default_${name}__ConfigMap` &&
          object.status.inventory.entries.length === 1,
        60_000,
      );

    beforeAll(async () => {
      world = await World.start();
      const { url } = await world.sandbox.git.createRepository(REPO, {
        'app/cm.yaml': configMap('cm-0'),
      });
      for (const kind of [gitRepositoryKind, kustomizationKind]) {
        await world.apply(crdOf(kind) as KubernetesObject);
      }
      await world.apply(gitRepository(url));
      await world.apply(kustomization());
      database = await init('POSTGRES_18');
      survivor = new DatabaseWorkQueue({
        database,
        owner: 'survivor',
        leaseMs: 60_000,
      });
      const connection = new URL(postgresConnectionString!);
      connection.pathname = `/${database.client.config.connection.database}`;
      processes = new PortalProcesses(world.directory);
      victim = await processes.start({
        connection: connection.href,
        kubeconfig: world.sandbox.kubernetes.kubeconfig,
        name: VICTIM,
        artifacts: `${world.directory}/artifacts`,
        leaseMs: LEASE_MS,
        homeLeaseMs: 30_000,
      });
      await delivered('cm-0');
    });

    afterAll(async () => {
      await processes?.endAll();
      await world?.stop();
    });

    /** What the lease in the queue says has ended is claimed by another replica. */
    const takeOver = async (): Promise<Claim> => {
      for (;;) {
        await survivor.recoverLost();
        const [claim] = await survivor.claim({
          controller: 'kustomize',
          limit: 1,
        });
        if (claim) {
          return claim;
        }
        await new Promise(resolve => setTimeout(resolve, 50));
      }
    };

    const writes = () =>
      world.sandbox.kubernetes.requests
        .list(
          ({ method, userAgent, query, resource }) =>
            userAgent === VICTIM &&
            method !== 'GET' &&
            query.dryRun !== 'All' &&
            // The claim on the home is the whole portal's.
            resource !== 'leases',
        )
        .map(({ verb, resource, name }) => `${verb} ${resource}/${name}`);

    const contents = () =>
      Promise.all(TABLES.map(table => database(table).select('*')));

    let round = 0;
    it.each([
      ['writes the status', '^patch Kustomization/app/status'],
      [
        'writes ahead what it applies',
        'insert into "gitops_pending_inventory"',
      ],
      ['applies', '^apply ConfigMap/'],
      // In the middle of a transaction, which holds its row of the queue.
      ['records what changed', 'insert into "gitops_history".*created'],
      ['writes an event', '^create Event/app'],
      ['prunes', '^delete ConfigMap/'],
    ])('writes nothing when it wakes up: before it %s', async (_, pattern) => {
      const before = `cm-${round}`;
      round += 1;
      const after = `cm-${round}`;
      await victim.stopBefore(pattern);
      await world.sandbox.git.commit(REPO, {
        message: after,
        files: { 'app/cm.yaml': configMap(after) },
      });
      await world.client.patch(
        {
          apiVersion: gitRepositoryKind.apiVersion,
          kind: 'GitRepository',
          namespace: 'default',
          name: 'repo',
        },
        {
          type: 'merge',
          body: {
            metadata: {
              annotations: { 'reconcile.fluxcd.io/requestedAt': after },
            },
          },
        },
      );
      expect(before).not.toBe(after);
      await victim.next(/^stopped before /);
      const claim = await takeOver();
      const known = await contents();
      world.sandbox.kubernetes.requests.clear();

      victim.resume();
      await victim.next(/The claim on .*Kustomization\/default\/app ended/);
      expect(writes()).toEqual([]);
      expect(await contents()).toEqual(known);
      expect(
        await database('gitops_work').where({ id: claim.item.id }).first(),
      ).toMatchObject({ claim_owner: 'survivor', fence: String(claim.fence) });

      await survivor.giveUp(claim);
      await delivered(after);
    });
  },
);
