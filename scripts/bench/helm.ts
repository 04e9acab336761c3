import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  Chart,
  ChartRenderer,
  createCapabilities,
  loadChartFiles,
  packageChart,
  renderChart,
  writeManifests,
} from '../../packages/helm/src';
import { RenderThreads } from '../../plugins/gitops-backend/src/workers/RenderThreads';
import { ChartTexts, LARGE, MIDDLE, SMALL } from './helmCharts';
import { measure } from './measure';

const run = promisify(execFile);
const MANY = 100;
/** The engine of JavaScript compiles what runs often. */
const WARM_UP = 150;
const ORACLE_RUNS = 5;

// Charts that others wrote lie beside the repository, where they are present.
const CORPUS = resolve(__dirname, '../../../shared/conformance/helm/charts');
const OTHERS = {
  podinfo:
    'flux-helm-controller-config-charts-upgrade-chart-name-change-podinfo-renamed',
  redis: 'argo-util-helm-redis',
  minio: 'argo-util-helm-minio',
  subchart: 'helm-cmd-subchart',
  wordpress: 'helm-action-chart-with-compressed-dependencies',
  'gen-large': 'gen-large',
};

type Files = ReadonlyMap<string, Buffer>;

const RELEASE = { name: 'release', namespace: 'default' };

/**
 * Renders charts: cold (loaded from its files by a new renderer, so everything is
 * parsed), warm once and a hundred times (loaded each time, and as the portal
 * does it: kept by digest), and in a thread of the worker pool. `oracleMs` is what
 * a `helm` on the PATH needs for the same, its start (`oracleStartMs`) included.
 */
export async function benchHelm(): Promise<void> {
  const charts = new Map<string, Files>([
    ['small', filesOf(SMALL)],
    ['middle', filesOf(MIDDLE)],
    ['large', filesOf(LARGE)],
  ]);
  for (const [name, folder] of Object.entries(OTHERS)) {
    const path = join(CORPUS, folder, 'chart');
    if (existsSync(path)) {
      charts.set(name, readTree(path));
    }
  }
  const start = await oracle(['version']);
  for (const [name, files] of charts) {
    const oracleMs = start === undefined ? undefined : await helm(files);
    const beside: Record<string, number> =
      start === undefined || oracleMs === undefined
        ? {}
        : { oracleMs, oracleStartMs: start };
    await benchChart(name, files, beside);
    await benchPool(name, files);
  }
}

async function benchChart(
  name: string,
  files: Files,
  beside: Record<string, number>,
): Promise<void> {
  await measure(`helm.${name}.cold`, 1, async () => {
    render(new ChartRenderer(), await load(files));
  });
  const renderer = new ChartRenderer();
  const kept = await load(files);
  for (let i = 0; i < WARM_UP; i++) {
    render(renderer, await load(files));
  }
  await measure(`helm.${name}.warm`, 1, async () => ({
    bytes: render(renderer, kept),
    ...beside,
  }));
  await measure(`helm.${name}.warm`, MANY, async () => {
    const started = performance.now();
    for (let i = 0; i < MANY; i++) {
      render(renderer, kept);
    }
    return perRender(performance.now() - started);
  });
  await measure(`helm.${name}.load`, MANY, async () => {
    const started = performance.now();
    for (let i = 0; i < MANY; i++) {
      render(renderer, await load(files));
    }
    return perRender(performance.now() - started);
  });
}

/** In a thread: what counts is that the event loop goes on turning. */
async function benchPool(name: string, files: Files): Promise<void> {
  const { signal } = new AbortController();
  const bytes = Buffer.from((await packageChart(await load(files))).archive);
  const renderer = new RenderThreads({
    workers: { threads: 1, timeoutMs: 60_000, memoryMb: 512 },
  });
  const once = () =>
    renderer.render({
      chart: { bytes, digest: name },
      values: {},
      release: RELEASE,
      signal,
    });
  try {
    for (let i = 0; i < WARM_UP; i++) {
      await once();
    }
    await measure(`helm.${name}.pool`, MANY, async () => {
      const started = performance.now();
      for (let i = 0; i < MANY; i++) {
        await once();
      }
      const ms = performance.now() - started;
      await sleep(20);
      return perRender(ms);
    });
  } finally {
    await renderer.close();
  }
}

function perRender(ms: number): Record<string, number> {
  return {
    msEach: Number((ms / MANY).toFixed(2)),
    perSecond: Math.round((MANY / ms) * 1000),
  };
}

function load(files: Files): Promise<Chart> {
  return loadChartFiles(Array.from(files, ([name, data]) => ({ name, data })));
}

function render(renderer: ChartRenderer, chart: Chart): number {
  const { manifests } = renderChart({
    ...{ renderer, chart, values: {}, release: RELEASE },
    capabilities: createCapabilities(),
  });
  return writeManifests(manifests).length;
}

function filesOf(texts: ChartTexts): Files {
  return new Map(
    Object.entries(texts).map(([path, text]) => [path, Buffer.from(text)]),
  );
}

function readTree(root: string, prefix = ''): Files {
  const files = new Map<string, Buffer>();
  for (const name of readdirSync(join(root, prefix))) {
    const path = prefix === '' ? name : `${prefix}/${name}`;
    if (statSync(join(root, path)).isDirectory()) {
      readTree(root, path).forEach((data, child) => files.set(child, data));
    } else {
      files.set(path, readFileSync(join(root, path)));
    }
  }
  return files;
}

/** Milliseconds of `helm template`, the best of some runs. */
async function helm(files: Files): Promise<number | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-helm-'));
  try {
    for (const [path, data] of files) {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, data);
    }
    return await oracle(['template', 'release', folder]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function oracle(args: string[]): Promise<number | undefined> {
  let best = Infinity;
  for (let i = 0; i < ORACLE_RUNS; i++) {
    const started = performance.now();
    try {
      await run('helm', args, { maxBuffer: 64 * 1024 * 1024 });
    } catch {
      return undefined;
    }
    best = Math.min(best, performance.now() - started);
  }
  return Math.round(best);
}
