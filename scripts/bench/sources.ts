import { execFile, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { SandboxGit, startGitServer } from '@backstage-gitops/sandbox';
import { fillRepository } from './gitContent';
import { benchSourcesOci } from './sourcesOci';

const run = promisify(execFile);
/** Below the packages that it does not hold, so that it finds them. */
const PROGRAM = path.resolve('node_modules/.cache/gitops-bench/gitFetch.cjs');
const MB = 1_000_000;

/**
 * Garbage is collected before it takes much, as where memory is scarce; without
 * it Node lets some 80 MB more lie around.
 */
const YOUNG = '--max-semi-space-size=8';

/** Megabytes that are checked out, and how often each is fetched. */
const SIZES = [
  { megabytes: 10, runs: 3 },
  { megabytes: 100, runs: 3 },
  { megabytes: 1_000, runs: 1 },
];

interface Fetched {
  ms: number;
  fetchMs: number;
  cpuMs: number;
  peakMB: number;
  bytes: number;
  loopP99Ms: number;
  loopMaxMs: number;
}

/**
 * Fetches repositories from a real `git http-backend` and stores their artifacts,
 * each time in a new process, beside `git clone --depth 1` of the same server. Of
 * several runs the fastest counts, for both. Then artifacts of a registry.
 */
export async function benchSources(): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'gitops-bench-git-'));
  const server = await startGitServer({ dataDir: directory });
  try {
    // As a portal runs it: compiled, without the compiler beside it in memory.
    await build({
      entryPoints: [path.join(__dirname, 'gitFetchProcess.ts')],
      outfile: PROGRAM,
      ...{ bundle: true, platform: 'node', format: 'cjs' },
      external: ['ssh2', 'openpgp', '@backstage/*'],
    });
    for (const size of SIZES) {
      await benchGit(server, directory, size);
    }
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
  await benchSourcesOci();
}

async function benchGit(
  server: SandboxGit,
  directory: string,
  { megabytes, runs }: { megabytes: number; runs: number },
): Promise<void> {
  const name = `bench/mb-${megabytes}`;
  const { url } = await server.createRepository(name);
  const gitDir = path.join(directory, 'repositories', `${name}.git`);
  const { files } = await fillRepository(gitDir, megabytes * MB);
  const clones: number[] = [];
  const fetches: Fetched[] = [];
  for (let i = 0; i < runs; i++) {
    clones.push(await clone(url, path.join(directory, 'clone')));
    fetches.push(await fetchInProcess(url));
  }
  const best = fetches.reduce((a, b) => (b.ms < a.ms ? b : a));
  const oracleMs = Math.min(...clones);
  const result = {
    name: `sources git ${megabytes} MB`,
    n: files,
    ms: Math.round(best.ms),
    fetchMs: Math.round(best.fetchMs),
    cpuMs: Math.round(best.cpuMs),
    peakMB: Math.round(Math.max(...fetches.map(({ peakMB }) => peakMB))),
    bytes: best.bytes,
    oracleMs: Math.round(oracleMs),
    ratio: Math.round((best.ms / oracleMs) * 100) / 100,
    loopP99Ms: Math.round(best.loopP99Ms),
    loopMaxMs: Math.round(best.loopMaxMs),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  await rm(gitDir, { recursive: true, force: true });
}

async function clone(url: string, target: string): Promise<number> {
  const start = performance.now();
  await run('git', ['clone', '--quiet', '--depth', '1', url, target], {
    env: {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      GIT_CONFIG_NOSYSTEM: '1',
      LC_ALL: 'C',
    },
  });
  const ms = performance.now() - start;
  await rm(target, { recursive: true, force: true });
  return ms;
}

function fetchInProcess(url: string): Promise<Fetched> {
  const child = fork(PROGRAM, [url], { execArgv: [YOUNG] });
  return new Promise((resolve, reject) => {
    child.once('message', message => resolve(message as Fetched));
    child.once('error', reject);
    child.once('exit', code =>
      reject(new Error(`fetching ${url} ended with ${code}`)),
    );
  });
}
