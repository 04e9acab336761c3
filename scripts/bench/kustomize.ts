import { fork } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { DirectoryFileSystem, build } from '@backstage-gitops/kustomize';
import { Binary, findBinary } from './kustomizeBinary';
import { overlay } from './kustomizeOverlay';
import type { MeasuredBuild } from './kustomizeProcess';

const SIZES = [100, 1_000, 5_000, 20_000];
/** The binary's time grows with the square: beyond this, it takes an hour. */
const LARGEST_FOR_BINARY = 5_000;
/** Two megabytes of output, and almost all of them are parsed and written. */
const LARGE_TREE = 'argo-cd__manifests__ha__cluster-install';
// Public repositories, beside this one where they are present.
const TREES = path.resolve(
  __dirname,
  '../../../shared/conformance/kustomize/trees',
);

/**
 * Builds synthetic overlays and public repositories, each in a process of its
 * own once it is warm, beside a `kustomize` (or `kubectl`) on the PATH, whose
 * time is that of its process. `objectsPerSecond` and `oracleTimes` (how many
 * times longer the binary takes) are of the median of up to five builds.
 */
export async function benchKustomize(): Promise<void> {
  const binary = findBinary();
  for (const n of SIZES) {
    const measured = await measureInProcess(['overlay', String(n)]);
    const oracle =
      n <= LARGEST_FOR_BINARY ? runOverlay(binary, overlay(n)) : undefined;
    print('kustomize.build', measured, binary, oracle);
  }
  if (existsSync(TREES)) {
    await benchTrees(binary);
  }
}

function print(
  name: string,
  measured: MeasuredBuild,
  binary: Binary | undefined,
  oracle: ReturnType<Binary['build']>,
): void {
  const { ms, cpuMs, peakMB, objects, output } = measured;
  printLine({
    name,
    n: objects,
    ms: round(ms),
    cpuMs: round(cpuMs),
    peakMB: round(peakMB),
    objectsPerSecond: round((objects / ms) * 1_000),
    outputMB: Number((Buffer.byteLength(output) / 1e6).toFixed(2)),
    ...(oracle && {
      oracle: binary!.name,
      oracleMs: round(oracle.ms),
      oracleTimes: round(oracle.ms / ms),
      oracleOutput: oracle.output === output ? 'same' : 'differs',
    }),
  });
}

function printLine(result: Record<string, string | number>): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

/** One digit where it tells something. */
function round(value: number): number {
  return value < 100 ? Number(value.toFixed(1)) : Math.round(value);
}

function measureInProcess(args: string[]): Promise<MeasuredBuild> {
  const child = fork(path.join(__dirname, 'kustomizeProcess.ts'), args, {
    serialization: 'advanced',
  });
  return new Promise((resolve, reject) => {
    // What loads TypeScript has messages of its own.
    child.on('message', (message: MeasuredBuild) => {
      if (message.type === 'measured') {
        resolve(message);
      }
    });
    child.once('error', reject);
    child.once('exit', code =>
      reject(new Error(`the build of ${args.join(' ')} ended with ${code}`)),
    );
  });
}

function runOverlay(
  binary: Binary | undefined,
  files: Record<string, string>,
): ReturnType<Binary['build']> {
  if (!binary) {
    return undefined;
  }
  const root = mkdtempSync(path.join(tmpdir(), 'bench-kustomize-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      writeFileSync(path.join(root, name), content);
    }
    return binary.build(path.join(root, 'overlay'));
  } finally {
    rmSync(root, { recursive: true });
  }
}

interface Tree {
  name: string;
  root: string;
  target: string;
}

/** The trees that can be built. */
function readTrees(): Tree[] {
  return readdirSync(TREES)
    .sort()
    .filter(name => existsSync(path.join(TREES, name, 'expected.yaml')))
    .map(name => {
      const test = JSON.parse(
        readFileSync(path.join(TREES, name, 'case.json'), 'utf8'),
      ) as { target: string };
      return {
        name,
        root: path.join(TREES, name, 'tree'),
        target: test.target,
      };
    });
}

async function benchTrees(binary: Binary | undefined): Promise<void> {
  const trees = readTrees();
  const ours: number[] = [];
  const oracles: number[] = [];
  let objects = 0;
  const cpu = process.cpuUsage();
  for (const { root, target } of trees) {
    const rounds = [0, 1, 2].map(() => {
      const start = performance.now();
      const result = build({
        fileSystem: new DirectoryFileSystem({ root }),
        path: target,
        options: { loadRestrictions: 'none' },
      });
      result.toYaml();
      objects += result.resources.size;
      return performance.now() - start;
    });
    ours.push(percentile(rounds, 0.5));
    const oracle = binary?.build(path.join(root, target));
    if (oracle) {
      oracles.push(oracle.ms);
    }
  }
  const { user, system } = process.cpuUsage(cpu);
  const total = ours.reduce((sum, ms) => sum + ms, 0);
  printLine({
    name: 'kustomize.trees',
    n: trees.length,
    ms: round(total),
    cpuMs: round((user + system) / 3_000),
    peakMB: round(process.resourceUsage().maxRSS / 1024),
    objectsPerSecond: round((objects / 3 / total) * 1_000),
    p50Ms: round(percentile(ours, 0.5)),
    p95Ms: round(percentile(ours, 0.95)),
    ...(oracles.length > 0 && {
      oracle: binary!.name,
      oracleMs: round(oracles.reduce((sum, ms) => sum + ms, 0)),
      oracleP50Ms: round(percentile(oracles, 0.5)),
      oracleP95Ms: round(percentile(oracles, 0.95)),
    }),
  });
  const large = trees.find(({ name }) => name === LARGE_TREE);
  if (large) {
    const { root, target } = large;
    const measured = await measureInProcess(['tree', root, target]);
    const oracle = binary?.build(path.join(root, target));
    print(`kustomize.tree.${large.name}`, measured, binary, oracle);
  }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
