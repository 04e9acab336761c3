import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { KubeConfig } from '@kubernetes/client-node';
import knex from 'knex';
import {
  ClusterClient,
  createClusterClient,
} from '@backstage-gitops/kubernetes-apply';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { mapConcurrent } from '../../plugins/gitops-backend/src/util/mapConcurrent';
import type { BackendFigures } from './mttp/backendProcess';
import {
  Backend,
  compilePrograms,
  Program,
  startCluster,
} from './mttp/programs';
import { configOf } from './mttp/configOf';
import { startHelmShape } from './mttp/helmShape';
import { startKustomizeShape } from './mttp/kustomizeShape';
import {
  nameOf,
  NAMESPACE,
  OBJECTS,
  serviceRef,
  Shape,
  surroundings,
} from './mttp/shape';
import { countReady, until } from './mttp/waiting';

const DATABASE_PREFIX = `bench_mttp_${process.pid}_`;
const CREATING = 16;
/** The label that somebody else changes. */
const DRIFTED = 'app.kubernetes.io/version';
/** Deliveries whose objects are changed by somebody else. */
const DRIFTS = 100;

interface Settings {
  kubeconfig?: string;
  sizes: number[];
  concurrency: number;
  database?: string;
  helm?: boolean;
}

function readSettings(args: readonly string[]): Settings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kubeconfig: { type: 'string' },
      n: { type: 'string' },
      concurrency: { type: 'string', default: '20' },
      database: { type: 'string' },
      helm: { type: 'boolean' },
    },
  });
  const count = (text: string) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1) {
      throw new Error(`'${text}' must be a whole number of at least 1`);
    }
    return value;
  };
  return {
    ...values,
    sizes: (values.n ?? '100,500,1000').split(',').map(count),
    concurrency: count(values.concurrency),
  };
}

/**
 * The mean time to production, in the shape of Flux's own benchmark: so many
 * OCIRepositories and Kustomizations, or HelmReleases of one chart, are created at
 * once, and all have to be Ready; then nothing has changed when their interval is over; then somebody
 * changes what they applied.
 */
export async function benchMttp(args: readonly string[]): Promise<void> {
  const settings = readSettings(args);
  await compilePrograms();
  const shape = await (settings.helm ? startHelmShape : startKustomizeShape)();
  try {
    for (const n of settings.sizes) {
      await benchSize(n, shape, settings);
    }
  } finally {
    await shape.stop();
  }
}

/** Each on a cluster of its own, or one after the other on that given. */
async function benchSize(
  n: number,
  shape: Shape,
  settings: Settings,
): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'gitops-bench-mttp-'));
  const cluster = settings.kubeconfig ? undefined : await startCluster();
  const kubeconfigPath = settings.kubeconfig ?? cluster!.kubeconfigPath;
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(await readFile(kubeconfigPath, 'utf8'));
  kubeConfig.makePathsAbsolute(path.dirname(path.resolve(kubeconfigPath)));
  const client = createClusterClient({ kubeConfig, userAgent: 'bench-mttp' });
  let backend: Backend | undefined;
  try {
    for (const object of surroundings()) {
      await client.apply(object, { fieldManager: 'bench', force: true });
    }
    backend = await Backend.start(
      configOf({
        ...settings,
        ...{ kubeconfigPath, directory },
        databasePrefix: DATABASE_PREFIX,
      }),
      new URL(client.server).origin,
    );
    await served(client, shape);
    // Its start is over, and not measured.
    await pause(3_000);
    const bench = new Mttp({ n, client, backend, cluster, shape });
    await bench.run();
    await bench.cleanUp(settings.kubeconfig !== undefined);
  } finally {
    await backend?.stop();
    if (settings.database) {
      await dropDatabases(settings.database);
    }
    await client.close();
    await cluster?.program.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

class Mttp {
  private readonly n: number;
  private readonly client: ClusterClient;
  private readonly backend: Backend;
  private readonly shape: Shape;
  private readonly cluster?: { program: Program };
  private readonly indexes: readonly number[];

  constructor(options: {
    n: number;
    client: ClusterClient;
    backend: Backend;
    shape: Shape;
    cluster?: { program: Program };
  }) {
    this.n = options.n;
    this.client = options.client;
    this.backend = options.backend;
    this.shape = options.shape;
    this.cluster = options.cluster;
    this.indexes = Array.from({ length: this.n }, (_, index) => index);
  }

  async run(): Promise<void> {
    await this.backend.ask({ ask: 'reset' });
    const bareMB = (await this.backend.figures()).rssMB;
    await this.measure('mttp create', bareMB, () => this.create());
    await this.measure('mttp unchanged', bareMB, () => this.unchanged());
    await this.measure('mttp drift', bareMB, () => this.drift());
  }

  /** From the first that is created until all are Ready. */
  private async create() {
    await Promise.all(
      this.shape.makes.map(make =>
        mapConcurrent(this.indexes, CREATING, index =>
          this.client.create(make(index)),
        ),
      ),
    );
    await until(async () => {
      // One after the other: the API server has more to do than to be asked.
      for (const { apiVersion, plural, count } of this.shape.ready) {
        const url = `/apis/${apiVersion}/namespaces/${NAMESPACE}/${plural}`;
        if ((await countReady(this.client, url)) !== count(this.n)) {
          return false;
        }
      }
      return true;
    }, 500);
  }

  /** The interval of all of them is over, and nothing has changed. */
  private async unchanged() {
    const at = Date.now();
    await this.backend.ask({ ask: 'interval' });
    await until(async () => {
      const { finished } = await this.backend.ask<{ finished: number }>({
        ask: 'finished',
        at,
      });
      return finished >= this.shape.runs(this.n);
    });
  }

  /** Somebody changes an object of one delivery after the other. */
  private async drift() {
    const times: number[] = [];
    const drifted = this.indexes.slice(0, Math.min(DRIFTS, this.n));
    if (!this.shape.watchesDrift) {
      await mapConcurrent(drifted, CREATING, index => this.change(index));
      await this.backend.ask({ ask: 'interval' });
    }
    const from = performance.now();
    await mapConcurrent(drifted, 4, async index => {
      const since = this.shape.watchesDrift ? await this.change(index) : from;
      await until(async () => {
        const live = await this.client.get<KubernetesObject>(serviceRef(index));
        return live?.metadata.labels?.[DRIFTED] === '6.5.3';
      });
      times.push(performance.now() - since);
    });
    times.sort((a, b) => a - b);
    const percentile = (p: number) =>
      Math.round(times[Math.ceil((times.length * p) / 100) - 1]);
    return {
      drifts: times.length,
      p50Ms: percentile(50),
      p95Ms: percentile(95),
    };
  }

  /** Gives when it was done. */
  private async change(index: number): Promise<number> {
    await this.client.patch(serviceRef(index), {
      type: 'merge',
      body: { metadata: { labels: { [DRIFTED]: 'drifted' } } },
      fieldManager: 'somebody',
    });
    return performance.now();
  }

  private async measure(
    name: string,
    bareMB: number,
    work: () => Promise<Record<string, number> | void>,
  ): Promise<void> {
    await this.backend.ask({ ask: 'reset' });
    const clusterBefore = await this.clusterCpuMs();
    const start = performance.now();
    const extra = (await work()) ?? {};
    const ms = performance.now() - start;
    // What comes after the last status counts, too: events, for example.
    await pause(2_000);
    const figures = await this.backend.figures();
    const clusterMs = (await this.clusterCpuMs()) - clusterBefore;
    const applied = this.n * OBJECTS;
    const total = requestsOf(figures);
    const result = {
      name,
      n: this.n,
      ms: Math.round(ms),
      cpuMs: Math.round(figures.cpuMs),
      ...(this.cluster && { clusterCpuMs: Math.round(clusterMs) }),
      peakMB: Math.round(figures.peakMB),
      aboveBareMB: Math.round(figures.peakMB - bareMB),
      loopP99Ms: Math.round(figures.loopP99Ms),
      loopMaxMs: Math.round(figures.loopMaxMs),
      requests: total,
      requestsPerObject: Math.round((total / applied) * 100) / 100,
      ...extra,
      byKind: figures.requests,
    };
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }

  private async clusterCpuMs(): Promise<number> {
    const answer = await this.cluster?.program.ask<{ cpuMs: number }>({
      ask: 'cpu',
    });
    return answer?.cpuMs ?? 0;
  }

  /** A cluster that was given is left as it was. */
  async cleanUp(isGiven: boolean): Promise<void> {
    if (!isGiven) {
      return;
    }
    for (const make of [...this.shape.makes].reverse()) {
      await mapConcurrent(this.indexes, CREATING, async index => {
        const { apiVersion, kind } = make(index);
        const name = nameOf(index);
        const ref = { kind, apiVersion, namespace: NAMESPACE, name };
        await this.client.delete(ref);
        await until(async () => (await this.client.get(ref)) === undefined);
      });
    }
  }
}

function requestsOf({ requests }: BackendFigures): number {
  return Object.values(requests).reduce((sum, count) => sum + count, 0);
}

/** The backend has installed what is not there yet. */
async function served(client: ClusterClient, shape: Shape): Promise<void> {
  await until(async () => {
    const answers = await Promise.all(
      shape.ready.map(({ apiVersion }) => client.raw(`/apis/${apiVersion}`)),
    );
    return answers.every(({ status }) => status === 200);
  });
  for (const object of shape.shared) {
    await client.apply(object, { fieldManager: 'bench', force: true });
  }
}

/** Each size begins with none. */
async function dropDatabases(connection: string): Promise<void> {
  const server = knex({ client: 'pg', connection });
  try {
    const { rows } = await server.raw(
      'SELECT datname FROM pg_database WHERE starts_with(datname, ?)',
      [DATABASE_PREFIX],
    );
    for (const { datname } of rows as { datname: string }[]) {
      await server.raw('DROP DATABASE ?? WITH (FORCE)', [datname]);
    }
  } finally {
    await server.destroy();
  }
}
