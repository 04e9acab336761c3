import {
  Chart,
  ChartRenderer,
  createCapabilities,
  loadChartArchive,
  LookupQuery,
  LookupTable,
  ReleaseOptions,
  renderChart,
  Values,
  writeManifests,
} from '@backstage-gitops/helm';
import { createPostRenderer } from '../controllers/helm/render/postRender';
import type { PostRenderPlan } from '../controllers/helm/render/postRenderPlan';
import { chartSize, ChartTree, chartTreeOf } from './chartTree';
import type { RenderedRelease } from './RenderThreads';

/** A packed chart in memory that threads share. */
export interface ThreadChart {
  archive: SharedArrayBuffer;
  digest: string;
  /** In place of that in Chart.yaml. */
  version?: string;
}

/** What became of a lookup. */
export type LookupAnswer = { object: object | null } | { failure: string };

/** A rendering that is to be done. */
export interface RenderTask {
  chart: ThreadChart;
  values: Values;
  release: ReleaseOptions;
  kubeVersion?: string;
  apiVersions?: readonly string[];
  /** What is known of the cluster; undefined where it is not to be asked. */
  answers?: readonly (readonly [LookupQuery, LookupAnswer])[];
  postRender?: PostRenderPlan;
  /** Values are not held against the schemas of charts. */
  skipSchema?: boolean;
}

/** What came of it: without a result, what is missing has to be looked up. */
export interface RenderResult {
  rendered?: RenderedRelease;
  missing: readonly LookupQuery[];
}

/** What a chart says of itself. */
export interface ChartSummary {
  name: string;
  version: string;
  appVersion?: string;
}

/** Bytes of files of charts that a thread keeps loaded. */
const KEPT = 32 * 1024 * 1024;

/**
 * Renders charts where it is called. It keeps charts and parsed templates, so
 * there is one for a thread.
 */
export class ThreadRenderer {
  private readonly renderer = new ChartRenderer();
  private readonly charts = new Map<string, { chart: Chart; bytes: number }>();
  private bytes = 0;

  /** @throws HelmError, KustomizeError */
  async render(task: RenderTask): Promise<RenderResult> {
    const table = new LookupTable();
    for (const [query, answer] of task.answers ?? []) {
      if ('failure' in answer) {
        table.fail(query, answer.failure);
      } else {
        table.answer(query, answer.object);
      }
    }
    const warnings: string[] = [];
    try {
      const { manifests, hooks, notes } = renderChart({
        renderer: this.renderer,
        chart: await this.chartOf(task.chart),
        values: task.values,
        release: task.release,
        capabilities: createCapabilities(task),
        lookup: task.answers && table.lookup,
        postRenderer: task.postRender && createPostRenderer(task.postRender),
        onWarning: warning => warnings.push(warning),
        ...(task.skipSchema && { schema: false }),
      });
      const manifest = writeManifests(manifests);
      return table.missing.length > 0
        ? { missing: table.missing }
        : { rendered: { manifest, hooks, notes, warnings }, missing: [] };
    } catch (error) {
      // It may have failed for want of what it looked up.
      if (table.missing.length > 0) {
        return { missing: table.missing };
      }
      throw error;
    }
  }

  /** @throws ChartError */
  async load(chart: ThreadChart): Promise<ChartTree> {
    return chartTreeOf(await this.chartOf(chart));
  }

  /** @throws ChartError */
  async inspect(chart: ThreadChart): Promise<ChartSummary> {
    const { metadata } = await this.chartOf(chart);
    const { name, version, appVersion } = metadata;
    return { name, version, ...(appVersion && { appVersion }) };
  }

  private async chartOf({
    archive,
    digest,
    version,
  }: ThreadChart): Promise<Chart> {
    const known = this.charts.get(digest);
    if (known) {
      // Used last, dropped last.
      this.charts.delete(digest);
      this.charts.set(digest, known);
      return withVersion(known.chart, version);
    }
    const chart = await loadChartArchive(Buffer.from(archive));
    const bytes = chartSize(chart);
    this.charts.set(digest, { chart, bytes });
    this.bytes += bytes;
    for (const [oldest, kept] of this.charts) {
      if (this.bytes <= KEPT || oldest === digest) {
        break;
      }
      this.charts.delete(oldest);
      this.bytes -= kept.bytes;
    }
    return withVersion(chart, version);
  }
}

/** A copy, charts in it included: each has but one parent. */
function withVersion(chart: Chart, version: string | undefined): Chart {
  const { metadata } = chart;
  if (version === undefined || version === metadata.version) {
    return chart;
  }
  const dependencies = chart.dependencies.map(copyOf);
  return chart.with({ metadata: { ...metadata, version }, dependencies });
}

function copyOf(chart: Chart): Chart {
  const { metadata, dependencies } = chart;
  return chart.with({ metadata, dependencies: dependencies.map(copyOf) });
}
