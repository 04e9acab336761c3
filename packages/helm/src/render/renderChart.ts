import {
  checkInstallable,
  checkKubeVersion,
  processDependencies,
} from '../charts';
import type { Chart } from '../charts';
import {
  Hook,
  Manifest,
  RenderedFiles,
  sortManifests,
  takeNotes,
} from '../manifests';
import type { SchemaOptions } from '../schema';
import {
  Capabilities,
  createRenderValues,
  OnWarning,
  ReleaseOptions,
  Values,
} from '../values';
import type { ChartRenderer, RenderOptions } from './ChartRenderer';
import { PostRenderer, postRender } from './postRender';

/**
 * A chart, and all that it is rendered with.
 *
 * @public
 */
export interface RenderChartOptions extends RenderOptions {
  renderer: ChartRenderer;
  /** As it was loaded: its dependencies are processed here. */
  chart: Chart;
  /** Of the user. */
  values: Values;
  release: ReleaseOptions;
  capabilities: Capabilities;
  /** Limits of schemas; false leaves values unchecked. */
  schema?: SchemaOptions | false;
  /** Notes of dependencies, too. */
  subNotes?: boolean;
  postRenderer?: PostRenderer;
  onWarning?: OnWarning;
  /** Told of the text of all templates before it is taken apart. */
  onRendered?: (files: RenderedFiles) => void;
}

/**
 * A rendered chart.
 *
 * @public
 */
export interface RenderedChart {
  /** The chart with its dependencies processed: what a release stores. */
  chart: Chart;
  /** In the order in which they are installed. */
  manifests: Manifest[];
  /** By kind; `hooksFor` has the order of an event. */
  hooks: Hook[];
  notes: string;
}

/**
 * All that Helm 4 does with a chart before it talks to a cluster: it checks the
 * chart, chooses and configures its dependencies, checks the values, executes
 * the templates, runs the post-renderer, and sorts what comes out.
 *
 * @throws HelmError
 * @public
 */
export function renderChart(options: RenderChartOptions): RenderedChart {
  const { values, capabilities, onWarning } = options;
  checkInstallable(options.chart);
  const chart = processDependencies(options.chart, values, { onWarning });
  checkKubeVersion(chart, capabilities.kubeVersion);
  const input = createRenderValues({
    ...{ chart, values, capabilities, onWarning },
    ...{ release: options.release, schema: options.schema },
  });
  const rendered = options.renderer.render(input, options);
  options.onRendered?.(rendered);
  const { notes, files } = takeNotes(rendered, {
    chartName: chart.name,
    subNotes: options.subNotes,
  });
  const { postRenderer } = options;
  const sorted = sortManifests(
    postRenderer ? postRender(files, postRenderer) : files,
    'install',
    { heads: options.renderer.heads },
  );
  return { chart, ...sorted, notes };
}
