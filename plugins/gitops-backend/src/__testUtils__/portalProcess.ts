/**
 * A replica of a portal in a process of its own, for tests that stop and kill
 * it. Its one argument is the path of its {@link PortalProcessSettings} as JSON.
 * It says on standard output what it logs. A line on standard input, a number n
 * and a regular expression, makes it stop itself (SIGSTOP) right before the nth
 * next step that matches, having said `stopped before <step>`. Steps are requests
 * to the cluster such as `get ConfigMap/a`, `list ConfigMap`, `dry-run ConfigMap/a`
 * or `patch Kustomization/app/status conditions,inventory` (the fields that are
 * written), statements of the database, and `open artifact`.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import readline from 'node:readline';
import { LoggerService, SchedulerService } from '@backstage/backend-plugin-api';
import { Entity } from '@backstage/catalog-model';
import { ConfigReader } from '@backstage/config';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { JsonObject } from '@backstage/types';
import {
  ClusterClient,
  createClusterClient,
} from '@backstage-gitops/kubernetes-apply';
import { KubeConfig } from '@kubernetes/client-node';
import knexFactory, { Knex } from 'knex';
import { ArtifactUrls } from '../artifacts/ArtifactUrls';
import { FileArtifactStore } from '../artifacts/FileArtifactStore';
import { applyMigrations } from '../database/migrate';
import { createRegistrar } from '../catalog/createRegistrar';
import { createGitops } from '../createGitops';
import { Home } from '../homes/Home';
import { Homes } from '../homes/Homes';

/** What a replica is told. */
export interface PortalProcessSettings {
  /**
   * Connection string of PostgreSQL, with the plugin's tables, or the path of a
   * file of SQLite, which is made if it is not there.
   */
  connection: string;
  kubeconfig: string;
  /** Also the user agent of its requests. */
  name: string;
  artifacts: string;
  leaseMs: number;
  homeLeaseMs: number;
  /** It loads its code and waits for the line `go` before it does anything. */
  standby?: boolean;
  /** The catalog, where there is one. */
  catalog?: {
    gitops: JsonObject;
    entities: Entity[];
    files: Record<string, string>;
  };
}

const settings: PortalProcessSettings = JSON.parse(
  readFileSync(process.argv[2], 'utf8'),
);

const say = (line: string) => process.stdout.write(`${line}\n`);
const logger: LoggerService = {
  error: (message, meta) => say(`error ${message} ${meta ?? ''}`),
  warn: message => say(`warn ${message}`),
  info: message => say(`info ${message}`),
  debug: () => {},
  child: () => logger,
};
const scheduler = {
  scheduleTask: async () => {},
} as unknown as SchedulerService;

let stopBefore: RegExp | undefined;
let left = 0;
let go = () => {};
const toldToGo = new Promise<void>(resolve => {
  go = resolve;
});
const told = readline.createInterface({ input: process.stdin });
// Whoever started it has ended.
told.on('close', () => process.exit(1));
told.on('line', line => {
  if (line === 'go') {
    go();
    return;
  }
  const space = line.indexOf(' ');
  left = Number(line.slice(0, space));
  stopBefore = new RegExp(line.slice(space + 1));
  say('armed');
});

function step(label: string): void {
  if (stopBefore?.test(label)) {
    left -= 1;
    if (left > 0) {
      return;
    }
    stopBefore = undefined;
    say(`stopped before ${label}`);
    process.kill(process.pid, 'SIGSTOP');
  }
}

const VERBS = [
  ...(['get', 'list'] as const),
  ...(['apply', 'create', 'delete', 'patch', 'replace'] as const),
];

/** Names each request before the client looks whether it may be sent. */
function observed(client: ClusterClient): ClusterClient {
  type Target = { kind: string; name?: string; metadata?: { name: string } };
  type Options =
    | { dryRun?: boolean; subresource?: string; body?: { status?: object } }
    | undefined;
  const request =
    (verb: (typeof VERBS)[number]) => (target: Target, options: Options) => {
      const name = target.name ?? target.metadata?.name;
      const path = [target.kind, name, options?.subresource];
      const fields = Object.keys(options?.body?.status ?? {}).sort();
      step(
        [
          options?.dryRun ? 'dry-run' : verb,
          path.filter(Boolean).join('/'),
          ...(fields.length > 0 ? [fields.join()] : []),
        ].join(' '),
      );
      return (client[verb] as (...args: unknown[]) => unknown)(target, options);
    };
  const overrides: Record<string, unknown> = {
    as: (user: Parameters<ClusterClient['as']>[0]) => observed(client.as(user)),
    onBehalfOf: (owner: string) => observed(client.onBehalfOf(owner)),
    guardedBy: (check: () => void) => observed(client.guardedBy(check)),
    ...Object.fromEntries(VERBS.map(verb => [verb, request(verb)])),
  };
  return new Proxy(client, {
    get: (target, key) => {
      const value = overrides[String(key)] ?? Reflect.get(target, key, target);
      return typeof value === 'function' && !overrides[String(key)]
        ? value.bind(target)
        : value;
    },
  });
}

class ObservedArtifactStore extends FileArtifactStore {
  override async open(...args: Parameters<FileArtifactStore['open']>) {
    step('open artifact');
    return super.open(...args);
  }
}

async function openDatabase(): Promise<Knex> {
  const { connection } = settings;
  if (/^postgres/.test(connection)) {
    const pool = { min: 0, max: 10 };
    return knexFactory({ client: 'pg', connection, pool });
  }
  const database = knexFactory({
    client: 'better-sqlite3',
    connection: { filename: connection },
    useNullAsDefault: true,
  });
  await applyMigrations(database);
  return database;
}

async function main() {
  if (settings.standby) {
    await toldToGo;
  }
  const database = await openDatabase();
  database.on('query', ({ sql, bindings }) =>
    step(`${sql} ${JSON.stringify(bindings)}`),
  );
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(settings.kubeconfig);
  const home = new Home({
    name: 'demo',
    mode: 'reconcile',
    client: observed(
      createClusterClient({ kubeConfig, userAgent: settings.name }),
    ),
    allowPortalCredential: true,
  });
  const homes = new Homes([home]);
  const baseUrl = 'http://portal/api/gitops';
  const { engine } = createGitops({
    config: {
      homes: [
        {
          name: 'demo',
          mode: 'reconcile',
          access: { type: 'inCluster' },
          installCrds: false,
          leaseNamespace: 'default',
          allowPortalCredential: true,
        },
      ],
      artifacts: {
        directory: settings.artifacts,
        maxSize: 10 * 1024 * 1024,
        maxFiles: 10_000,
        keep: 2,
      },
      network: { allow: ['127.0.0.0/8', 'localhost'] },
      concurrency: { source: 1, kustomize: 1, helm: 1, image: 1 },
      pollMs: 100,
      leaseMs: settings.leaseMs,
      homeLeaseMs: settings.homeLeaseMs,
      historyMs: 3_600_000,
      noCrossNamespaceRefs: false,
      strictSubstitution: true,
      strictMac: false,
      watchDrift: true,
      additiveReadyExpr: false,
      allowFluxControllers: false,
    },
    database,
    homes,
    store: new ObservedArtifactStore({ directory: settings.artifacts }),
    urls: new ArtifactUrls({ baseUrl, key: randomBytes(32) }),
    baseUrl,
    scheduler,
    metrics: { reconciled() {} },
    logger,
  });
  await engine.start();
  await engine.prepared;
  const { catalog } = settings;
  const side =
    catalog &&
    createRegistrar({
      config: new ConfigReader({ gitops: catalog.gitops }),
      database,
      homes,
      catalog: catalogServiceMock({ entities: catalog.entities }),
      auth: {
        getOwnServiceCredentials: async () => ({
          $$type: '@backstage/BackstageCredentials' as const,
          principal: { type: 'service' as const, subject: 'plugin:gitops' },
        }),
      },
      reader: {
        readUrl: async url => ({
          buffer: async () => Buffer.from(catalog.files[url]),
        }),
      },
      scheduler,
      logger,
    });
  await side?.registrar.start();
  process.on('SIGTERM', async () => {
    await side?.registrar.stop();
    await engine.stop();
    await database.destroy();
    process.exit(0);
  });
  say('started');
}

main().catch(error => {
  say(`error ${error.stack}`);
  process.exit(1);
});
