import { ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createBackend } from '@backstage/backend-defaults';
import {
  coreServices,
  createBackendModule,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import catalogPlugin from '@backstage/plugin-catalog-backend';
import { ConfigReader } from '@backstage/config';
import { setTimeout as sleep } from 'node:timers/promises';
import catalogModuleGitops from '@backstage-gitops/plugin-catalog-backend-module-gitops';
import { Knex } from 'knex';
import { measure } from './measure';

/** Objects of the home; half are GitRepositories, half Kustomizations. */
const OBJECTS = Number(process.env.BENCH_OBJECTS ?? 5_000);
/** Twice as long as the catalog takes to look at everything again. */
const STEADY_SECONDS = Number(process.env.BENCH_STEADY_SECONDS ?? 300);
const LIMIT_MS = 20 * 60_000;
/** The other process asks it for the keys of its tokens. */
const CATALOG_PORT = 17_117;

/** What the measuring plugin in the catalog's backend tells. */
interface Probe {
  database: Knex;
  entities(): Promise<number>;
  has(name: string): Promise<boolean>;
}

/**
 * How long until the objects of a home are entities of a catalog in another
 * process, and whether the catalog keeps up with them afterwards: by default
 * with SQLite in memory, with PostgreSQL where BENCH_POSTGRES names one.
 */
export async function benchCatalog(): Promise<void> {
  const gitops = fork(
    path.join(__dirname, 'publishingProcess.ts'),
    [String(OBJECTS), String(CATALOG_PORT)],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  try {
    await benchWith(await portOf(gitops), message => gitops.send(message));
  } finally {
    if (gitops.connected) gitops.disconnect();
    if (gitops.exitCode === null) await once(gitops, 'exit');
  }
}

/** The loader of TypeScript sends messages as well. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('message', ({ port }: { port?: number }) => {
      if (port !== undefined) resolve(port);
    });
    child.once('exit', code =>
      reject(new Error(`The gitops backend ended with code ${code}`)),
    );
  });
}

async function benchWith(
  gitopsPort: number,
  tell: (message: { change: string }) => void,
): Promise<void> {
  const database = process.env.BENCH_POSTGRES ? 'pg' : 'sqlite';
  let probe: Probe | undefined;
  let backend: ReturnType<typeof createBackend> | undefined;
  await measure(`catalog.publish.${database}`, OBJECTS, async () => {
    backend = createBackend();
    backend.add(configOf(gitopsPort));
    backend.add(quiet);
    backend.add(catalogPlugin);
    backend.add(catalogModuleGitops);
    backend.add(
      probeModule(found => {
        probe = found;
      }),
    );
    const start = performance.now();
    await backend.start();
    const startMs = performance.now() - start;
    await until(async () => (await probe!.entities()) >= OBJECTS, 500);
    return { backendStartMs: Math.round(startMs) };
  });
  // Everything is processed a second time once its relations are there.
  await measure(`catalog.steady.${database}`, OBJECTS, async () => {
    const lags: number[] = [];
    for (let i = 0; i < STEADY_SECONDS; i += 5) {
      await sleep(5_000);
      lags.push(await lagOf(probe!.database));
    }
    lags.sort((a, b) => a - b);
    return {
      lagP50s: lags[Math.floor(lags.length / 2)],
      lagMaxS: lags[lags.length - 1],
    };
  });
  for (const name of ['first', 'second', 'third']) {
    await measure(`catalog.change.${database}`, 1, async () => {
      tell({ change: name });
      await until(() => probe!.has(name), 50);
    });
  }
  await backend!.stop();
}

/** Seconds by which the catalog is behind with what it is to look at. */
async function lagOf(database: Knex): Promise<number> {
  const row = await database('refresh_state')
    .min('next_update_at as due')
    .first();
  const due = row?.due;
  const ms =
    due instanceof Date ? due.getTime() : Date.parse(`${String(due)}Z`);
  return Math.max(0, Math.round((Date.now() - ms) / 1_000));
}

async function until(
  isDone: () => Promise<boolean>,
  everyMs: number,
): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while (!(await isDone())) {
    if (Date.now() > deadline) {
      throw new Error('The catalog did not take all entities');
    }
    await sleep(everyMs);
  }
}

function configOf(gitopsPort: number) {
  const connection = process.env.BENCH_POSTGRES;
  const data = {
    app: { baseUrl: 'http://localhost:3000' },
    backend: {
      baseUrl: `http://127.0.0.1:${CATALOG_PORT}`,
      listen: { host: '127.0.0.1', port: CATALOG_PORT },
      database: connection
        ? { client: 'pg', connection, prefix: `bench_${process.pid}_` }
        : { client: 'better-sqlite3', connection: ':memory:' },
    },
    discovery: {
      endpoints: [
        {
          target: `http://127.0.0.1:${gitopsPort}/api/{{pluginId}}`,
          plugins: ['gitops'],
        },
      ],
    },
    gitops: { homes: [{ name: 'bench', bare: true }] },
  };
  return createServiceFactory({
    service: coreServices.rootConfig,
    deps: {},
    factory: () => new ConfigReader(data),
  });
}

const silent = {
  error: (message: string) => process.stderr.write(`${message}\n`),
  warn: (message: string) => process.stderr.write(`${message}\n`),
  info: () => {},
  debug: () => {},
  child: () => silent,
};
const quiet = createServiceFactory({
  service: coreServices.rootLogger,
  deps: {},
  factory: () => silent,
});

/** In the catalog plugin itself: looks into its database. */
function probeModule(onReady: (probe: Probe) => void) {
  return createBackendModule({
    pluginId: 'catalog',
    moduleId: 'bench',
    register(env) {
      env.registerInit({
        deps: { database: coreServices.database },
        async init(services) {
          const database = await services.database.getClient();
          const finished = () =>
            database('final_entities').whereNotNull('final_entity');
          onReady({
            database,
            entities: async () => {
              const [row] = await finished().count({ n: '*' });
              return Number(row.n);
            },
            has: async name =>
              (await finished()
                .where({
                  entity_ref: `kustomization:default/${name}`,
                })
                .first('entity_id')) !== undefined,
          });
        },
      });
    },
  });
}
