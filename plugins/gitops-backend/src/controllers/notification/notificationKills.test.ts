// Replicas are processes of their own that are killed with SIGKILL.
import path from 'node:path';
import {
  Alert,
  alertKind,
  crdOf,
  GitRepository,
  gitRepositoryKind,
  Provider,
  providerKind,
} from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  connectionTo,
  migratedDatabases,
  postgresConnectionString,
} from '../../__testUtils__/databases';
import { PortalProcesses } from '../../__testUtils__/PortalProcesses';
import { gitRepository, World } from '../../__testUtils__/world';
import {
  ServiceSink,
  SunkRequest,
} from './providers/__testUtils__/ServiceSink';

jest.setTimeout(240_000);

const SOURCE = {
  ...{ apiVersion: gitRepositoryKind.apiVersion, kind: 'GitRepository' },
  ...{ namespace: 'default', name: 'repo' },
};

/** Right before what the portal is killed, and how often the notification may come then. */
const POINTS: readonly [string, RegExp, number][] = [
  ['the event is kept', /insert into .gitops_events/, 1],
  ['the status tells it', /^patch GitRepository\/repo\/status .*artifact/, 1],
  ['the Alerts are asked', /select \* from .gitops_events/, 1],
  ['the repeat is remembered', /insert into .gitops_event_keys/, 1],
  ['the notification is kept', /insert into .gitops_notifications/, 1],
  ['the event is let go of', /delete from .gitops_events/, 1],
  [
    'the notification is claimed',
    /update .gitops_notifications.*claim_owner/,
    1,
  ],
  // It was sent, and nobody knows that.
  ['the success is kept', /update .gitops_notifications.*"sent"/, 2],
];

describe.each([
  'SQLITE_3',
  ...(postgresConnectionString ? ['POSTGRES_18'] : []),
])('notifications of portals that are killed, with %s', id => {
  const init = migratedDatabases();
  let world: World;
  let sink: ServiceSink;
  let processes: PortalProcesses;
  let url: string;
  let connection: string;
  let started = 0;

  const start = () => {
    started += 1;
    return processes.start({
      name: `replica-${started}`,
      connection,
      kubeconfig: world.sandbox.kubernetes.kubeconfig,
      artifacts: path.join(world.directory, 'artifacts'),
      leaseMs: 2_000,
      homeLeaseMs: 1_000,
    });
  };

  const about =
    (name: string, revision: string) =>
    ({ body }: SunkRequest): boolean => {
      const { involvedObject, metadata } = JSON.parse(body);
      return involvedObject.name === name && metadata?.revision === revision;
    };

  const fetchNow = (request: string) =>
    world.client.patch(SOURCE, {
      type: 'merge',
      fieldManager: 'test',
      body: {
        metadata: {
          annotations: { 'reconcile.fluxcd.io/requestedAt': request },
        },
      },
    });

  beforeAll(async () => {
    world = await World.start();
    sink = await ServiceSink.start();
    processes = new PortalProcesses(world.directory);
    connection =
      id === 'POSTGRES_18'
        ? connectionTo(await init('POSTGRES_18'))
        : path.join(world.directory, 'gitops.sqlite');
    for (const kind of [gitRepositoryKind, alertKind, providerKind]) {
      await world.apply(crdOf(kind) as KubernetesObject);
    }
    ({ url } = await world.sandbox.git.createRepository('team/app', {
      'a.yaml': 'a: 0\n',
    }));
    await world.apply<Provider>({
      ...{ apiVersion: providerKind.apiVersion, kind: providerKind.kind },
      metadata: { name: 'sink', namespace: 'default' },
      spec: { type: 'generic', address: `${sink.url}/hook` },
    } as Provider);
    await world.apply<Alert>({
      ...{ apiVersion: alertKind.apiVersion, kind: alertKind.kind },
      metadata: { name: 'all', namespace: 'default' },
      spec: {
        providerRef: { name: 'sink' },
        eventSources: [{ kind: 'GitRepository', name: '*' }],
      },
    });
    await world.apply(gitRepository(url));
  });
  afterAll(async () => {
    await processes?.endAll();
    await world?.stop();
    await sink?.stop();
  });

  it.each(POINTS)(
    'arrive after a kill right before %s',
    async (_, before, most) => {
      const { status } = (await world.client.get<GitRepository>(SOURCE))!;
      const first = await start();
      await first.next(/^started$/);
      if (!status?.artifact) {
        await world.until<GitRepository>(
          SOURCE,
          object => object?.status?.artifact !== undefined,
        );
      }
      const hash = await world.sandbox.git.commit('team/app', {
        files: { 'a.yaml': `a: ${before.source} ${id}\n` },
      });
      const revision = `main@sha1:${hash}`;
      await first.stopBefore(before.source);
      await fetchNow(hash);
      await first.next(/^stopped before /);
      await first.end('SIGKILL');
      const second = await start();
      await second.next(/^started$/);
      await sink.until(requests => requests.some(about('repo', revision)));
      // What comes after it shows that nothing of it is left.
      const next = await world.sandbox.git.commit('team/app', {
        files: { 'a.yaml': `a: after ${before.source} ${id}\n` },
      });
      await fetchNow(next);
      await sink.until(requests =>
        requests.some(about('repo', `main@sha1:${next}`)),
      );
      await second.end('SIGTERM');
      const times = sink.requests.filter(about('repo', revision)).length;
      expect(times).toBeGreaterThanOrEqual(1);
      expect(times).toBeLessThanOrEqual(most);
    },
  );
});
