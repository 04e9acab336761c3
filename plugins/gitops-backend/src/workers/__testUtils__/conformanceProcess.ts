/**
 * A process that renders the charts of a directory in threads and here, and prints
 * those that come out otherwise, as one JSON object a line.
 */
import {
  Chart,
  ChartRenderer,
  createCapabilities,
  DiskChartDirectory,
  loadChartArchive,
  loadChartDirectory,
  packageChart,
  renderChart,
  writeManifests,
} from '@backstage-gitops/helm';
import { stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { RenderThreads } from '../RenderThreads';

const RELEASE = { name: 'rel', namespace: 'shop' };
const WORKERS = { threads: 2, timeoutMs: 120_000, memoryMb: 512 };

function say(step: string, result: object): void {
  process.stdout.write(`${stringifyJson({ step, ...result })}\n`);
}

/** What a rendering gives, or how it fails; nothing that is made at random. */
async function attempt(
  render: () => Promise<{ manifest: string; notes: string }>,
): Promise<string> {
  try {
    const { manifest, notes } = await render();
    return `${manifest}${notes}`;
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

async function here(
  chart: Chart,
): Promise<{ manifest: string; notes: string }> {
  const { manifests, notes } = renderChart({
    ...{ renderer: new ChartRenderer(), chart, values: {}, release: RELEASE },
    capabilities: createCapabilities(),
  });
  return { manifest: writeManifests(manifests), notes };
}

async function load(directory: string): Promise<Chart | undefined> {
  try {
    return await loadChartDirectory(new DiskChartDirectory({ directory }));
  } catch {
    // It is none, or meant to be refused.
    return undefined;
  }
}

async function main([, , root]: readonly string[]) {
  const threads = new RenderThreads({ workers: WORKERS });
  const { signal } = new AbortController();
  const counts = { same: 0, random: 0, other: 0 };
  for (const name of readdirSync(root)) {
    const loaded = await load(path.join(root, name, 'chart'));
    const packed =
      loaded && (await packageChart(loaded).catch(() => undefined));
    if (!loaded || !packed) {
      continue;
    }
    const again = await loadChartArchive(packed.archive);
    const first = await attempt(() => here(again));
    const second = await attempt(() => here(again));
    const chart = { bytes: Buffer.from(packed.archive), digest: name };
    const found = await attempt(() =>
      threads.render({ chart, values: {}, release: RELEASE, signal }),
    );
    if (first !== second) {
      counts.random++;
    } else if (first === found) {
      counts.same++;
    } else {
      counts.other++;
      say(name, {
        expected: first.slice(0, 2000),
        found: found.slice(0, 2000),
      });
    }
  }
  await threads.close();
  say('counts', counts);
}

main(process.argv).catch(error => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exit(1);
});
