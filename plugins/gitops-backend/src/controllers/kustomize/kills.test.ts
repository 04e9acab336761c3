import path from 'node:path';
import { rm } from 'node:fs/promises';
import {
  crdOf,
  GitRepository,
  gitRepositoryKind,
  Kustomization,
  kustomizationKind,
} from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  connectionTo,
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
import {
  inventoryOfRevision,
  KILLED,
  killFiles,
  ownedIn,
  VARIABLES,
} from './__testUtils__/kills';

jest.setTimeout(240_000);

const WAIT_MS = 120_000;
/** What did not stop by then, all done, never will. */
const OVERDUE_MS = 10_000;
const REPO = 'team/kills';
const APP = {
  apiVersion: kustomizationKind.apiVersion,
  kind: 'Kustomization',
  namespace: 'default',
  name: 'app',
};
const SOURCE = {
  apiVersion: gitRepositoryKind.apiVersion,
  kind: 'GitRepository',
  namespace: 'default',
  name: 'repo',
};

/** What the portal is in the middle of when it is killed. */
type Change = 'revision' | 'creation' | 'deletion';

interface KillPoint {
  /** Right before what. */
  before: string;
  pattern: string;
  nth?: number;
  change?: Change;
  /** Tried with the plugin database lost as well. */
  withoutDatabase?: true;
}

const REVISION_POINTS: KillPoint[] = [
  { before: 'the claim', pattern: 'UPDATE gitops_work[^]*"kustomize"' },
  { before: 'the artifact is read', pattern: '^open artifact' },
  { before: 'the build', pattern: '^get ConfigMap/variables' },
  { before: 'the dry run', pattern: '^dry-run ' },
  {
    before: 'anything is written ahead',
    pattern: 'insert into .gitops_pending_inventory',
  },
  {
    before: 'the first stage',
    pattern: '^apply ClusterRole/gen-',
    withoutDatabase: true,
  },
  { before: 'the second stage', pattern: '^apply PriorityClass/gen-' },
  {
    before: 'the middle of the last stage',
    pattern: '^apply ConfigMap/keep-1',
    withoutDatabase: true,
  },
  { before: 'the end of the last stage', pattern: '^apply Widget/gen-' },
  {
    before: 'the inventory is written',
    pattern: '^patch Kustomization/app/status .*inventory',
    withoutDatabase: true,
  },
  {
    before: 'the write-ahead is let go of',
    pattern: 'delete from .gitops_pending_inventory',
  },
  { before: 'the prune', pattern: '^delete ' },
  {
    before: 'the middle of the prune',
    pattern: '^delete ',
    nth: 4,
    withoutDatabase: true,
  },
  {
    before: 'the health wait is stored',
    pattern: 'insert into .gitops_health_waits',
  },
  {
    before: 'the health wait ends',
    pattern: 'delete from .gitops_health_waits',
    withoutDatabase: true,
  },
  { before: 'the changes are told', pattern: 'insert into .gitops_history' },
  {
    before: 'the last status write',
    pattern: '^patch Kustomization/app/status .*lastAppliedRevision',
  },
  {
    before: 'the claim is given back',
    pattern: '^update .gitops_work. set [^]*"done"',
  },
];

const LIFE_POINTS: KillPoint[] = [
  {
    before: 'the prune of a deletion',
    change: 'deletion',
    pattern: '^delete ',
    withoutDatabase: true,
  },
  {
    before: 'the finalizer is added',
    change: 'creation',
    pattern: '^patch Kustomization/app$',
    withoutDatabase: true,
  },
  {
    before: 'the middle of the prune of a deletion',
    change: 'deletion',
    pattern: '^delete ',
    nth: 4,
    withoutDatabase: true,
  },
  {
    before: 'the first write of all',
    change: 'creation',
    pattern: '^apply Namespace/',
    withoutDatabase: true,
  },
  {
    before: 'the finalizer is removed',
    change: 'deletion',
    pattern: '^patch Kustomization/app$',
    withoutDatabase: true,
  },
  {
    before: 'the first inventory',
    change: 'creation',
    pattern: '^patch Kustomization/app/status .*inventory',
    withoutDatabase: true,
  },
];
const POINTS = [...REVISION_POINTS, ...LIFE_POINTS];

interface Store {
  title: string;
  points: KillPoint[];
  /** The plugin database is lost together with the process. */
  isLost: boolean;
  postgres: boolean;
}

const STORES: Store[] = [
  { title: 'SQLite', points: POINTS, isLost: false, postgres: false },
  {
    title: 'SQLite, which is lost as well,',
    points: POINTS.filter(({ withoutDatabase }) => withoutDatabase),
    isLost: true,
    postgres: false,
  },
  ...(postgresConnectionString
    ? [
        {
          title: 'PostgreSQL',
          points: POINTS.filter(({ withoutDatabase }) => withoutDatabase),
          isLost: false,
          postgres: true,
        },
      ]
    : []),
];

/**
 * A portal in a process of its own is killed (SIGKILL) right before a step. In the
 * meantime Git goes on, so that what it was creating is not wanted any more; the
 * next process has to find all of it. Where the database is lost as well, the home
 * alone has to do.
 */
describe.each(STORES)('a portal on $title', ({ points, isLost, postgres }) => {
  const init = migratedDatabases();
  let world: World;
  let processes: PortalProcesses;
  /** The one that runs, if one does. */
  let portal: PortalProcess | undefined;
  let successor: Promise<PortalProcess> | undefined;
  let connection: string;
  let revision = 0;
  let started = 0;
  const bystanders = new Map<string, string | undefined>();

  const prepare = () => {
    started += 1;
    return processes.start({
      connection,
      kubeconfig: world.sandbox.kubernetes.kubeconfig,
      name: `portal-${started}`,
      artifacts: path.join(world.directory, 'artifacts'),
      leaseMs: 1_500,
      homeLeaseMs: 3_000,
      standby: true,
    });
  };

  /** The next process begins; the one after it loads its code meanwhile. */
  const start = async () => {
    portal = await (successor ?? prepare());
    successor = prepare();
    await portal.go();
  };

  const commit = async () => {
    revision += 1;
    await world.sandbox.git.commit(REPO, {
      message: `Revision ${revision}`,
      files: killFiles(revision),
    });
    await world.client.patch(SOURCE, {
      type: 'merge',
      body: {
        metadata: {
          annotations: {
            'reconcile.fluxcd.io/requestedAt': `r${revision}`,
          },
        },
      },
    });
  };

  /** The last commit is what the source has. */
  const fetched = async () => {
    const sha = (await world.sandbox.git.revision(REPO, 'main'))!;
    await world.until<GitRepository>(
      SOURCE,
      object => object?.status?.artifact?.revision === `main@sha1:${sha}`,
      WAIT_MS,
    );
  };

  /** Makes what is waited for healthy, once that is waited for. */
  const makeHealthy = async (current = revision) => {
    const sha = (await world.sandbox.git.revision(REPO, 'main'))!;
    await world.until<Kustomization>(
      APP,
      object =>
        revision !== current ||
        object?.status?.conditions?.some(
          ({ type, status, message }) =>
            type === 'Healthy' && status === 'Unknown' && message.includes(sha),
        ) === true,
      WAIT_MS,
    );
    if (revision === current) {
      await world.client.patch(
        {
          apiVersion: 'example.test/v1',
          kind: 'Widget',
          namespace: KILLED,
          name: `gen-${current}`,
        },
        {
          type: 'merge',
          subresource: 'status',
          body: { status: { phase: 'Running' } },
        },
      );
    }
  };

  const delivered = async (isEnough = () => false) => {
    const sha = (await world.sandbox.git.revision(REPO, 'main'))!;
    return world.until<Kustomization>(
      APP,
      object =>
        isEnough() ||
        (readyOf(object)?.status === 'True' &&
          object?.status?.lastAppliedRevision === `main@sha1:${sha}` &&
          object.status.observedGeneration === object.metadata.generation),
      WAIT_MS,
    );
  };

  const gone = (isEnough = () => false) =>
    world.until<Kustomization>(
      APP,
      object => isEnough() || object === undefined,
      WAIT_MS,
    );

  const app = () =>
    kustomization({
      path: './app',
      wait: true,
      timeout: '5m',
      postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'variables' }] },
      healthCheckExprs: [
        {
          apiVersion: 'example.test/v1',
          kind: 'Widget',
          current: "has(status.phase) && status.phase == 'Running'",
        },
      ],
    });

  const uidsOf = async () =>
    new Map((await ownedIn(world)).map(({ id, uid }) => [id, uid] as const));

  beforeAll(async () => {
    world = await World.start();
    processes = new PortalProcesses(world.directory);
    for (const kind of [gitRepositoryKind, kustomizationKind]) {
      await world.apply(crdOf(kind) as KubernetesObject);
    }
    await world.apply(VARIABLES);
    for (const [name, labels] of Object.entries<Record<string, string>>({
      'gen-bystander': {},
      'gen-of-another': {
        'kustomize.toolkit.fluxcd.io/name': 'another',
        'kustomize.toolkit.fluxcd.io/namespace': 'default',
      },
    })) {
      const { metadata } = await world.apply<KubernetesObject>({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: 'default', labels },
      });
      bystanders.set(name, metadata.uid as string);
    }
    const { url } = await world.sandbox.git.createRepository(
      REPO,
      killFiles(0),
    );
    await world.apply(gitRepository(url));
    if (postgres) {
      connection = connectionTo(await init('POSTGRES_18'));
    } else {
      connection = path.join(world.directory, 'plugin.sqlite');
    }
  });

  afterAll(async () => {
    await processes?.endAll();
    await world?.stop();
  });

  /** All is delivered, by a process that runs. */
  const settle = async (change: Change) => {
    if (!portal) {
      await start();
    }
    if (change === 'creation') {
      if (await world.client.get(APP)) {
        await world.client.delete(APP);
        await gone();
      }
    } else if (!(await world.client.get(APP))) {
      await world.apply(app());
      await commit();
      await makeHealthy();
      await delivered();
    }
  };

  /** It stands before the step, and is killed there; an error where it never was. */
  const killed = async (change: Change) => {
    const victim = portal!;
    portal = undefined;
    let isOver = false;
    let overdue: NodeJS.Timeout | undefined;
    const end = () => victim.end('SIGKILL');
    const past = change === 'deletion' ? gone : delivered;
    past(() => isOver).then(
      () => {
        overdue = isOver ? undefined : setTimeout(end, OVERDUE_MS);
      },
      () => {},
    );
    try {
      await victim.next(/^stopped before /);
    } finally {
      isOver = true;
      clearTimeout(overdue);
      await end();
    }
  };

  /** What was never ours, by its uid. */
  const bystandersNow = async () =>
    new Map(
      await Promise.all(
        [...bystanders.keys()].map(async name => {
          const there = await world.client.get<KubernetesObject>({
            apiVersion: 'v1',
            kind: 'ConfigMap',
            namespace: 'default',
            name,
          });
          return [name, there?.metadata.uid] as const;
        }),
      ),
    );

  const expectGone = async () => {
    await gone();
    expect(await ownedIn(world)).toEqual([]);
  };

  /**
   * Cluster, inventory and Git agree. What stayed in the set is what it was
   * `before`, by uid, and nothing was deleted but what left.
   */
  const expectDelivered = async (
    before: ReadonlyMap<string, string>,
    left: readonly number[],
  ) => {
    const { status } = await delivered();
    const wanted = inventoryOfRevision(revision);
    expect(status?.inventory?.entries.map(({ id }) => id).sort()).toEqual(
      wanted,
    );
    const owned = await ownedIn(world);
    expect(owned.map(({ id }) => id)).toEqual(wanted);
    const stayed = owned.filter(({ id }) => before.has(id));
    expect(stayed.map(({ id, uid }) => [id, uid])).toEqual(
      stayed.map(({ id }) => [id, before.get(id)]),
    );
    expect(new Set(owned.flatMap(object => object.revision ?? []))).toEqual(
      new Set([String(revision)]),
    );
    const deleted = world.sandbox.kubernetes.requests
      .list(
        ({ method, userAgent }) =>
          method === 'DELETE' && userAgent!.startsWith('portal-'),
      )
      .map(({ name }) => Number(/^gen-(\d+)/.exec(name!)?.[1]));
    expect(deleted.filter(number => !left.includes(number))).toEqual([]);
  };

  it.each(points)(
    'that is killed before $before',
    async ({ pattern, nth, change = 'revision' }) => {
      await settle(change);
      const before = await uidsOf();
      const left = [revision];
      world.sandbox.kubernetes.requests.clear();
      await portal!.stopBefore(pattern, nth);
      const nurses: Promise<void>[] = [];
      if (change === 'deletion') {
        await world.client.delete(APP);
      } else {
        await commit();
        if (change === 'creation') {
          // Else it might begin with the revision before, and what it made of that
          // is known to the database alone until the first inventory.
          await fetched();
          await world.apply(app());
        }
        nurses.push(makeHealthy());
      }
      await killed(change);
      if (!isLost && change !== 'deletion') {
        // Git goes on while nobody looks.
        left.push(revision);
        await commit();
        nurses.push(makeHealthy());
      }
      if (isLost) {
        for (const suffix of ['', '-wal', '-shm', '-journal']) {
          await rm(`${connection}${suffix}`, { force: true });
        }
      }
      await start();
      await Promise.all(nurses);
      await (change === 'deletion'
        ? expectGone()
        : expectDelivered(before, left));
      expect(await bystandersNow()).toEqual(bystanders);
    },
  );
});
