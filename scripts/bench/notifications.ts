import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import knexFactory from 'knex';
import { LoggerService } from '@backstage/backend-plugin-api';
import {
  Alert,
  alertKind,
  Provider,
  providerKind,
} from '../../plugins/gitops-common/src';
import { createNotifications } from '../../plugins/gitops-backend/src/controllers/notification/createNotifications';
import { applyMigrations } from '../../plugins/gitops-backend/src/database/migrate';
import { EventRecorder } from '../../plugins/gitops-backend/src/engine/report/EventRecorder';
import { Home } from '../../plugins/gitops-backend/src/homes/Home';
import { Homes } from '../../plugins/gitops-backend/src/homes/Homes';
import { UnavailableCluster } from '../../plugins/gitops-backend/src/homes/UnavailableCluster';
import { HttpPool } from '../../plugins/gitops-backend/src/net/HttpPool';
import { NetworkGuard } from '../../plugins/gitops-backend/src/net/NetworkGuard';
import { measure } from './measure';

const EVENTS = 10_000;
const ALERTS = 100;

/**
 * Ten thousand events over a hundred Alerts, of which one is about each: kept, asked about,
 * and sent to a service of this machine. On SQLite in memory.
 */
export async function benchNotifications(): Promise<void> {
  const database = knexFactory({
    client: 'better-sqlite3',
    connection: ':memory:',
    useNullAsDefault: true,
    pool: { min: 1, max: 1 },
  });
  await applyMigrations(database);
  let arrived = 0;
  let onAll = () => {};
  const all = new Promise<void>(resolve => {
    onAll = resolve;
  });
  const service = createServer((request, response) => {
    request.resume().on('end', () => {
      response.end('{}');
      arrived += 1;
      if (arrived === EVENTS) {
        onAll();
      }
    });
  });
  await new Promise<void>(resolve => {
    service.listen(0, '127.0.0.1', resolve);
  });
  const { port } = service.address() as AddressInfo;
  const guard = new NetworkGuard({ allow: ['127.0.0.1'] });
  const home = homeWith(`http://127.0.0.1:${port}/hook`);
  const quiet = () => {};
  const logger: LoggerService = {
    ...{ error: quiet, warn: quiet, info: quiet, debug: quiet },
    child: () => logger,
  };
  const connections = new HttpPool({ guard });
  const { outbox, pump } = createNotifications({
    ...{ database, connections, guard, logger },
    homes: new Homes([home]),
    owner: 'bench',
    noCrossNamespaceRefs: false,
    pollMs: 1_000,
    recorder: new EventRecorder({ logger }),
  });
  await measure('notifications.keep', EVENTS, async () => {
    for (let i = 0; i < EVENTS; i++) {
      // As the history of a run has them: a few in a transaction of its own.
      await outbox.add([eventOf(i)], { at: Date.now() });
    }
  });
  await measure('notifications.send', EVENTS, async () => {
    pump.start();
    await all;
    return { alerts: ALERTS };
  });
  await pump.stop();
  await connections.close();
  service.closeAllConnections();
  service.close();
  await database.destroy();
}

function homeWith(address: string): Home {
  const home = new Home({
    name: 'bench',
    mode: 'reconcile',
    client: new UnavailableCluster(new Error('not asked')),
    allowPortalCredential: false,
  });
  home.expectKinds([]);
  home.cache.set(
    {
      apiVersion: providerKind.apiVersion,
      kind: providerKind.kind,
      metadata: { name: 'sink', namespace: 'team' },
      spec: { type: 'generic', address },
    } as Provider,
    [],
  );
  for (let i = 0; i < ALERTS; i++) {
    const alert: Alert = {
      apiVersion: alertKind.apiVersion,
      kind: alertKind.kind,
      metadata: { name: `alert-${i}`, namespace: 'team', uid: `uid-${i}` },
      spec: {
        providerRef: { name: 'sink' },
        eventSources: [{ kind: 'Kustomization', name: `app-${i}` }],
        exclusionList: ['^waiting.*socket$'],
      },
    };
    home.cache.set(alert, []);
  }
  return home;
}

function eventOf(i: number) {
  return {
    home: 'bench',
    labels: {},
    event: {
      involvedObject: {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        namespace: 'team',
        name: `app-${i % ALERTS}`,
      },
      severity: 'info' as const,
      timestamp: '2026-11-23T10:00:00Z',
      message: `Applied revision ${i}`,
      reason: 'ReconciliationSucceeded',
      metadata: {
        'kustomize.toolkit.fluxcd.io/revision': `main@sha1:${String(i).padStart(40, '0')}`,
      },
      reportingController: 'kustomize-controller',
    },
  };
}
