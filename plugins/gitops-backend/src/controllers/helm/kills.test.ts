// Servers: the sandbox's Kubernetes API and its Git server (git http-backend).
import path from 'node:path';
import { ReleaseRecords } from '@backstage-gitops/helm/actions';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  crdOf,
  gitRepositoryKind,
  HelmRelease,
  helmChartKind,
  helmReleaseKind,
} from '@backstage-gitops/plugin-gitops-common';
import {
  connectionTo,
  migratedDatabases,
  testDatabaseIds,
} from '../../__testUtils__/databases';
import {
  PortalProcess,
  PortalProcesses,
} from '../../__testUtils__/PortalProcesses';
import { gitRepository, readyOf, World } from '../../__testUtils__/world';
import { chartFiles, GAME } from './__testUtils__/HelmScene';

jest.setTimeout(240_000);

const WAIT_MS = 120_000;

interface KillPoint {
  before: string;
  /** Of a step of the process; `NAME` is the release. */
  pattern: string;
  nth?: number;
  /** Revisions that the release has when all is over. */
  revisions: string[];
}

const RECORD = 'Secret/sh.helm.release.v1.NAME.v';

const INSTALLS: KillPoint[] = [
  {
    before: 'its record is made',
    pattern: `^create ${RECORD}1`,
    revisions: ['1 deployed'],
  },
  {
    before: 'its hook is made',
    pattern: '^(create|apply) Job/NAME-hook',
    revisions: ['1 superseded', '2 deployed'],
  },
  {
    before: 'its objects are made',
    pattern: '^(create|apply) ConfigMap/NAME',
    revisions: ['1 superseded', '2 deployed'],
  },
  {
    before: 'its record is written again',
    pattern: `^replace ${RECORD}1`,
    nth: 2,
    revisions: ['1 superseded', '2 deployed'],
  },
  {
    before: 'the status says so',
    pattern: '^patch HelmRelease/NAME/status .*history',
    // Nobody knows whose it is: it is upgraded once, as by Flux.
    revisions: ['1 superseded', '2 deployed'],
  },
];

const UPGRADES: KillPoint[] = [
  {
    before: 'its record is made',
    pattern: `^create ${RECORD}2`,
    revisions: ['1 superseded', '2 deployed'],
  },
  {
    before: 'its objects are changed',
    pattern: '^(apply|patch) ConfigMap/NAME',
    revisions: ['1 superseded', '2 failed', '3 deployed'],
  },
  {
    before: 'its record is written again',
    pattern: `^replace ${RECORD}2`,
    nth: 2,
    revisions: ['1 superseded', '2 superseded', '3 deployed'],
  },
  {
    before: 'the status says so',
    pattern: '^patch HelmRelease/NAME/status .*history',
    revisions: ['1 superseded', '2 superseded', '3 deployed'],
  },
];

/** A portal in a process of its own is killed (SIGKILL) right before a step. */
describe.each(testDatabaseIds)('a portal that is killed, with %s', store => {
  const init = migratedDatabases();
  let connection: string;
  let world: World;
  let processes: PortalProcesses;
  let successor: Promise<PortalProcess>;
  let portal: PortalProcess;
  let started = 0;

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
    portal = await successor;
    successor = prepare();
    await portal.go();
  };

  beforeAll(async () => {
    world = await World.start();
    connection =
      store === 'SQLITE_3'
        ? path.join(world.directory, 'plugin.sqlite')
        : connectionTo(await init(store));
    processes = new PortalProcesses(world.directory);
    for (const kind of [gitRepositoryKind, helmChartKind, helmReleaseKind]) {
      await world.apply(crdOf(kind) as KubernetesObject);
    }
    const { url } = await world.sandbox.git.createRepository('team/app', {
      ...chartFiles('0.1.0', GAME),
    });
    await world.apply(gitRepository(url));
    successor = prepare();
    await start();
  });

  afterAll(async () => {
    await processes?.endAll();
    await world?.stop();
  });

  const apply = (name: string, value: string) =>
    world.apply<HelmRelease>({
      apiVersion: helmReleaseKind.apiVersion,
      kind: helmReleaseKind.kind,
      metadata: { name, namespace: 'default' },
      spec: {
        interval: '1h',
        chart: {
          spec: {
            chart: './charts/game',
            sourceRef: { kind: 'GitRepository', name: 'repo' },
          },
        },
        values: { value, hook: 'ok' },
      },
    });

  const released = (name: string) =>
    world.until<HelmRelease>(
      {
        apiVersion: helmReleaseKind.apiVersion,
        kind: helmReleaseKind.kind,
        namespace: 'default',
        name,
      },
      object =>
        readyOf(object)?.status === 'True' &&
        object?.status?.observedGeneration === object?.metadata.generation,
      WAIT_MS,
    );

  const revisions = async (name: string) => {
    const records = new ReleaseRecords({
      client: world.client,
      namespace: 'default',
    });
    const { releases } = await records.history(name);
    return releases.map(({ version, info }) => `${version} ${info?.status}`);
  };

  /** It stands before the step, is killed there, and another one goes on. */
  const killed = async (
    name: string,
    { pattern, nth }: KillPoint,
    change: () => Promise<unknown>,
  ) => {
    await portal.stopBefore(pattern.replaceAll('NAME', name), nth);
    await change();
    await portal.next(/^stopped before /);
    await portal.end('SIGKILL');
    await start();
  };

  const expectReleased = async (name: string, value: string) => {
    const { status } = await released(name);
    const map = await world.client.get<
      KubernetesObject & { data: { value: string; revision: string } }
    >({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name });
    const [last] = status!.history!;
    expect(last.status).toBe('deployed');
    expect(map?.data).toEqual({ value, revision: String(last.version) });
    expect(status!.inventory?.entries.map(({ id }) => id)).toEqual([
      `default_${name}__ConfigMap`,
    ]);
  };

  it.each(INSTALLS.map((point, number) => ({ ...point, number })))(
    'in an install, before $before, goes on with it',
    async ({ number, ...point }) => {
      const name = `install-${number}`;
      await killed(name, point, () => apply(name, '1'));
      await expectReleased(name, '1');
      expect(await revisions(name)).toEqual(point.revisions);
    },
  );

  it.each(UPGRADES.map((point, number) => ({ ...point, number })))(
    'in an upgrade, before $before, goes on with it',
    async ({ number, ...point }) => {
      const name = `upgrade-${number}`;
      await apply(name, '1');
      await released(name);
      await killed(name, point, () => apply(name, '2'));
      await expectReleased(name, '2');
      expect(await revisions(name)).toEqual(point.revisions);
    },
  );
});
