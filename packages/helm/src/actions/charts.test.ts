// Server: the sandbox's Kubernetes API.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DiskChartDirectory, loadChartDirectory } from '../charts';
import { HelmError } from '../HelmError';
import { writeManifests } from '../manifests';
import { ChartRenderer, renderChart } from '../render';
import { createCapabilities } from '../values';
import { applyCrds } from './applyCrds';
import { installRelease } from './installRelease';
import { rollbackRelease } from './rollbackRelease';
import type { RenderRelease } from './RenderRelease';
import { uninstallRelease } from './uninstallRelease';
import { upgradeRelease } from './upgradeRelease';
import { ReleaseBench } from './__testUtils__/ReleaseBench';

jest.setTimeout(300_000);

/** Charts of the reference material, which need not be there. */
const CHARTS = join(__dirname, '../../../../../shared/conformance/helm/charts');

const WAIT = { strategy: 'watcher', timeoutMs: 30_000 } as const;

// Helm 4.2 brings as many of them through the same four actions.
const COMPLETE = 58;

const describeWithCharts = existsSync(CHARTS) ? describe : describe.skip;

describeWithCharts('public charts (skipped where they are absent)', () => {
  let bench: ReleaseBench;
  const renderer = new ChartRenderer();

  beforeAll(async () => {
    bench = await ReleaseBench.start();
  });

  afterAll(async () => {
    await bench?.stop();
  });

  const deliver = async (name: string, namespace: string): Promise<void> => {
    const chart = await loadChartDirectory(
      new DiskChartDirectory({ directory: join(CHARTS, name, 'chart') }),
    );
    const render: RenderRelease = async release => {
      const rendered = renderChart({
        ...{ renderer, chart, release, values: {} },
        capabilities: createCapabilities({ kubeVersion: '1.34' }),
      });
      return {
        ...{ chart: rendered.chart, config: {}, hooks: rendered.hooks },
        manifest: writeManifests(rendered.manifests),
        notes: rendered.notes,
      };
    };
    const records = bench.records(undefined, namespace);
    const context = { ...bench.context(), records };
    const release = { name: 'r', wait: WAIT };
    try {
      await applyCrds(context, {
        ...{ crds: chart.crds, policy: 'Create', namespace, serverSide: true },
      });
      const first = { ...release, namespace, render, serverSide: true };
      await installRelease(context, first);
      const next = { ...release, render, serverSide: 'auto' } as const;
      await upgradeRelease(context, next);
      await rollbackRelease(context, { ...next, version: 1 });
    } finally {
      const { releases } = await records.history('r');
      if (releases.length > 0) {
        await uninstallRelease(context, { ...release, disableHooks: true });
      }
    }
    const { releases } = await records.history('r');
    expect(releases).toEqual([]);
  };

  it('are installed, upgraded, rolled back and uninstalled, or fail with a reason', async () => {
    const charts = readdirSync(CHARTS)
      .sort()
      .filter(name => existsSync(join(CHARTS, name, 'chart/Chart.yaml')));
    expect(charts.length).toBeGreaterThan(COMPLETE);
    let complete = 0;
    const unforeseen: string[] = [];
    for (const [i, name] of charts.entries()) {
      const namespace = `chart-${i}`;
      await bench.client.create({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: namespace },
      });
      try {
        await deliver(name, namespace);
        complete += 1;
      } catch (error) {
        if (!(error instanceof HelmError)) {
          unforeseen.push(`${name}: ${error}`);
        }
      }
    }
    expect(unforeseen).toEqual([]);
    expect(complete).toBe(COMPLETE);
  });
});
