import {
  Chart,
  ChartRenderer,
  createCapabilities,
  loadChartFiles,
  LookupQuery,
  LookupTable,
  ReleaseOptions,
  renderChart,
  Values,
} from '@backstage-gitops/helm';
import type { RenderedRelease } from './ReleaseRenderer';
import { readSharedFiles, SharedFiles } from './sharedFiles';

/** A rendering that is to be done. */
export interface RenderTask {
  files: SharedFiles;
  digest: string;
  values: Values;
  release: ReleaseOptions;
  kubeVersion?: string;
  apiVersions?: readonly string[];
  /** What is known of the cluster; undefined where it is not to be asked. */
  answers?: readonly (readonly [LookupQuery, object | null])[];
}

/** What came of it: without a result, what is missing has to be looked up. */
export interface RenderResult {
  rendered?: RenderedRelease;
  missing: readonly LookupQuery[];
}

/** Bytes of charts that a thread keeps loaded. */
const KEPT = 32 * 1024 * 1024;

/**
 * Renders charts where it is called. It keeps charts and parsed templates, so
 * there is one for a thread.
 */
export class ThreadRenderer {
  private readonly renderer = new ChartRenderer();
  private readonly charts = new Map<string, { chart: Chart; bytes: number }>();
  private bytes = 0;

  /** @throws HelmError */
  async render(task: RenderTask): Promise<RenderResult> {
    const table = new LookupTable();
    for (const [query, object] of task.answers ?? []) {
      table.answer(query, object);
    }
    const warnings: string[] = [];
    try {
      const { manifests, hooks, notes } = renderChart({
        renderer: this.renderer,
        chart: await this.load(task),
        values: task.values,
        release: task.release,
        capabilities: createCapabilities(task),
        lookup: task.answers && table.lookup,
        onWarning: warning => warnings.push(warning),
      });
      const rendered = { manifests, hooks, notes, warnings };
      return table.missing.length > 0
        ? { missing: table.missing }
        : { rendered, missing: [] };
    } catch (error) {
      // It may have failed for want of what it looked up.
      if (table.missing.length > 0) {
        return { missing: table.missing };
      }
      throw error;
    }
  }

  private async load({ files, digest }: RenderTask): Promise<Chart> {
    const known = this.charts.get(digest);
    if (known) {
      // Used last, dropped last.
      this.charts.delete(digest);
      this.charts.set(digest, known);
      return known.chart;
    }
    const chart = await loadChartFiles(
      Array.from(readSharedFiles(files), ([name, data]) => ({ name, data })),
    );
    this.charts.set(digest, { chart, bytes: files.byteLength });
    this.bytes += files.byteLength;
    for (const [oldest, { bytes }] of this.charts) {
      if (this.bytes <= KEPT || oldest === digest) {
        break;
      }
      this.charts.delete(oldest);
      this.bytes -= bytes;
    }
    return chart;
  }
}
