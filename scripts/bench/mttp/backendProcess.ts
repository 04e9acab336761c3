import { subscribe } from 'node:diagnostics_channel';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { createBackend } from '@backstage/backend-defaults';
import {
  coreServices,
  createBackendModule,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { ConfigReader } from '@backstage/config';
import { JsonObject } from '@backstage/types';
import { gitopsPlugin } from '../../../plugins/gitops-backend/src/plugin';

/** What the parent asks for. */
export interface BackendQuestion {
  /**
   * - `reset`: counts from here
   * - `figures`: what was counted since, as {@link BackendFigures}
   * - `interval`: all objects are due, as if their interval were over
   * - `finished`: how many runs have ended since `at`, ms since the epoch
   */
  ask: 'reset' | 'figures' | 'interval' | 'finished';
  at?: number;
}

/** What this process has used since it was asked to reset. */
export interface BackendFigures {
  ms: number;
  cpuMs: number;
  rssMB: number;
  peakMB: number;
  loopP99Ms: number;
  loopMaxMs: number;
  /** Requests to the API server, by what they are. */
  requests: Record<string, number>;
}

const MB = 1024 * 1024;

/**
 * A backend with the gitops plugin, its API requests counted. It says `ready`
 * when it has started, answers its parent, and ends with it.
 */
const config = JSON.parse(process.argv[2]) as JsonObject;
const server = process.argv[3];

const requests = new Map<string, number>();

subscribe('undici:request:create', message => {
  const { request } = message as {
    request: { origin: string; method: string; path: string };
  };
  if (String(request.origin) === server) {
    const what = describe(request.method, request.path);
    requests.set(what, (requests.get(what) ?? 0) + 1);
  }
});

/** Such as `PATCH kustomizations/status`. */
function describe(method: string, target: string): string {
  const { pathname, searchParams } = new URL(target, server);
  const parts = pathname.split('/').filter(Boolean);
  parts.splice(0, parts[0] === 'api' ? 2 : 3);
  if (parts[0] === 'namespaces' && parts.length > 2) {
    parts.splice(0, 2);
  }
  const [resource = '(discovery)', name, subresource] = parts;
  const verb = searchParams.has('watch')
    ? 'WATCH'
    : method === 'GET' && resource !== '(discovery)' && !name
      ? 'LIST'
      : method;
  const dryRun = searchParams.has('dryRun') ? ' (dry run)' : '';
  return `${verb} ${resource}${subresource ? `/${subresource}` : ''}${dryRun}`;
}

const delay = monitorEventLoopDelay({ resolution: 5 });
let since = { at: 0, cpu: process.cpuUsage(), peak: 0 };

function reset(): void {
  globalThis.gc?.();
  requests.clear();
  delay.reset();
  since = {
    at: performance.now(),
    cpu: process.cpuUsage(),
    peak: process.memoryUsage().rss,
  };
}

function figures(): BackendFigures {
  const { user, system } = process.cpuUsage(since.cpu);
  return {
    ms: performance.now() - since.at,
    cpuMs: (user + system) / 1_000,
    rssMB: process.memoryUsage().rss / MB,
    peakMB: since.peak / MB,
    loopP99Ms: delay.percentile(99) / 1e6,
    loopMaxMs: delay.max / 1e6,
    requests: Object.fromEntries([...requests].sort(([, a], [, b]) => b - a)),
  };
}

/** Reaches the queue of the plugin, to let time pass. */
const queue = createBackendModule({
  pluginId: 'gitops',
  moduleId: 'bench',
  register(env) {
    env.registerInit({
      deps: { database: coreServices.database },
      async init({ database }) {
        const answer = async ({ ask, at }: BackendQuestion) => {
          const table = (await database.getClient())('gitops_work');
          switch (ask) {
            case 'interval':
              return { due: await table.update({ due_at: Date.now() }) };
            case 'finished': {
              const row = await table
                .where('last_finished_at', '>=', at ?? 0)
                .where({ claim_owner: null })
                .where('due_at', '>', Date.now())
                .count('* as n')
                .first();
              return { finished: Number(row?.n ?? 0) };
            }
            case 'figures':
              return figures();
            default:
              reset();
              return {};
          }
        };
        process.on('message', (question: BackendQuestion) => {
          answer(question).then(send, error => send({ error: String(error) }));
        });
      },
    });
  },
});

const channel = process.send!.bind(process);
function send(message: object): void {
  channel(message);
}

async function main() {
  // With a channel, databases in memory would ask the parent for what they held.
  process.send = undefined;
  delay.enable();
  setInterval(() => {
    since.peak = Math.max(since.peak, process.memoryUsage.rss());
  }, 100).unref();
  const backend = createBackend();
  backend.add(
    createServiceFactory({
      service: coreServices.rootConfig,
      deps: {},
      factory: () => new ConfigReader(config),
    }),
  );
  backend.add(gitopsPlugin);
  backend.add(queue);
  await backend.start();
  process.once('disconnect', () => process.exit(0));
  send({ ready: true });
}

main().catch(error => {
  process.stderr.write(`${error?.stack ?? error}\n`);
  process.exit(1);
});
