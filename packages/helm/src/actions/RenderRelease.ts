import type { Chart } from '../charts';
import type { Hook } from '../manifests';
import type { Release } from '../releases';
import type { ReleaseOptions, Values } from '../values';

/**
 * A chart as a release has it: `renderChart` and `writeManifests` make it.
 *
 * @public
 */
export interface ReleaseContent {
  /** With its dependencies processed. */
  chart: Chart;
  /** Of the user. */
  config: Values;
  manifest: string;
  hooks: readonly Hook[];
  notes: string;
}

/**
 * Renders the chart of a release, once the definitions of the chart are in the
 * cluster; wherever that is done.
 *
 * @param release - what templates see as `.Release`
 * @param current - the revision before, whose values may be used again
 * @public
 */
export type RenderRelease = (
  release: ReleaseOptions,
  current?: Release,
) => Promise<ReleaseContent>;
