import { ChildProcess, fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build, BuildOptions } from 'esbuild';
import type { BackendFigures, BackendQuestion } from './backendProcess';

/** Below the packages that they do not hold, so that they find them. */
const CACHE = path.resolve('node_modules/.cache/gitops-bench');
const BACKEND = path.join(CACHE, 'mttpBackend.cjs');

const SOURCES = path.resolve('plugins/gitops-backend/src');
/** Entries of threads: their name in the package, and where they are named. */
const WORKERS = [
  { entry: 'worker', source: 'worker', user: /workers\/WorkerPool\.ts$/ },
  {
    entry: 'render-worker',
    source: 'renderWorker',
    user: /workers\/RenderThreads\.ts$/,
  },
  {
    entry: 'chart-worker',
    source: 'chartWorker',
    user: /threads\/ChartWork\.ts$/,
  },
  {
    entry: 'image-worker',
    source: 'imageWorker',
    user: /workers\/ImageThreads\.ts$/,
  },
];
const compiled = (source: string) => path.join(CACHE, `mttp-${source}.cjs`);

/** Compiles what runs as a portal runs it: without a compiler beside it. */
export async function compilePrograms(): Promise<void> {
  const common: BuildOptions = {
    bundle: true,
    platform: 'node',
    format: 'cjs',
    sourcemap: true,
    // Of ours, all is compiled; what others publish is compiled already.
    packages: 'bundle',
    external: [
      '@backstage/*',
      'better-sqlite3',
      'knex',
      'openpgp',
      'piscina',
      'pg',
      'ssh2',
      'undici',
    ],
    logLevel: 'error',
  };
  for (const { source } of WORKERS) {
    await build({
      ...common,
      entryPoints: [path.join(SOURCES, `workers/${source}.ts`)],
      outfile: compiled(source),
    });
  }
  await build({
    ...common,
    entryPoints: [path.join(__dirname, 'backendProcess.ts')],
    outfile: BACKEND,
    plugins: [
      {
        name: 'compiled-workers',
        setup({ onLoad }) {
          for (const { entry, source, user } of WORKERS) {
            const named = `require.resolve('@backstage-gitops/plugin-gitops-backend/${entry}')`;
            onLoad({ filter: user }, async file => ({
              loader: 'ts',
              contents: (await readFile(file.path, 'utf8')).replace(
                named,
                JSON.stringify(compiled(source)),
              ),
            }));
          }
        },
      },
    ],
  });
}

/** A process that answers one message after the other. */
export class Program {
  private readonly child: ChildProcess;
  private readonly ended: Promise<never>;

  private constructor(child: ChildProcess, name: string) {
    this.child = child;
    this.ended = new Promise((_, reject) => {
      child.once('error', reject);
      child.once('exit', code => reject(new Error(`${name} ended (${code})`)));
    });
    this.ended.catch(() => undefined);
  }

  /** Starts one; resolves to what it says first. */
  static async start<T>(
    file: string,
    args: readonly string[],
    options: { execArgv?: string[]; env?: NodeJS.ProcessEnv } = {},
  ): Promise<{ program: Program; said: T }> {
    const child = fork(file, args, {
      ...options,
      // What is logged there is no result.
      stdio: ['ignore', process.env.BENCH_LOG ? 2 : 'ignore', 2, 'ipc'],
    });
    const program = new Program(child, path.basename(file));
    return { program, said: await program.next<T>() };
  }

  /** Asks, and gives the answer. */
  async ask<T>(question: object): Promise<T> {
    const answer = this.next<T>();
    this.child.send(question);
    return answer;
  }

  async stop(): Promise<void> {
    const gone = new Promise(resolve => this.child.once('exit', resolve));
    this.child.disconnect();
    await gone;
  }

  private next<T>(): Promise<T> {
    const message = new Promise<T>((resolve, reject) => {
      const listener = (said: T & { error?: string; type?: unknown }) => {
        // What compiles the child sends messages of its own.
        if (said.type === undefined) {
          this.child.off('message', listener);
          if (said.error) reject(new Error(said.error));
          else resolve(said);
        }
      };
      this.child.on('message', listener);
    });
    return Promise.race([message, this.ended]);
  }
}

/** The sandbox's API server; gives the file of its kubeconfig. */
export async function startCluster() {
  const { program, said } = await Program.start<{ kubeconfigPath: string }>(
    path.join(__dirname, 'clusterProcess.ts'),
    [],
  );
  return { program, kubeconfigPath: said.kubeconfigPath };
}

/** A portal's backend with its processes' figures. */
export class Backend {
  private constructor(private readonly program: Program) {}

  static async start(config: object, server: string): Promise<Backend> {
    const profile = process.env.BENCH_CPU_PROFILE;
    const { program } = await Program.start(
      BACKEND,
      [JSON.stringify(config), server],
      {
        execArgv: [
          '--expose-gc',
          ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : []),
        ],
        env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'error' },
      },
    );
    return new Backend(program);
  }

  ask<T = object>(question: BackendQuestion): Promise<T> {
    return this.program.ask<T>(question);
  }

  figures(): Promise<BackendFigures> {
    return this.ask({ ask: 'figures' });
  }

  stop(): Promise<void> {
    return this.program.stop();
  }
}
