import { JsonObject } from '@backstage-gitops/kubernetes-yaml';

/**
 * Renders the entries of `helmCharts`. Without one, charts are refused.
 *
 * @public
 */
export interface HelmRenderer {
  /**
   * Returns the manifests of a chart as YAML.
   *
   * @param chart - the entry as it stands in the kustomization file (`name`,
   * `repo`, `version`, `releaseName`, `valuesFile`, `valuesInline`, …), with the
   * namespace of the kustomization where it has none
   */
  render(chart: HelmChartRequest): string;
}

/**
 * What to render.
 *
 * @public
 */
export interface HelmChartRequest {
  readonly chart: JsonObject;
  /** The field `helmGlobals`: `chartHome`, `configHome`. */
  readonly globals: JsonObject;
  /** The directory of the kustomization, in its file system. */
  readonly directory: string;
  /** Reads a file beside the kustomization, within the load restrictions. */
  readFile(path: string): Uint8Array;
}
