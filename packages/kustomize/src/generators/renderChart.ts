import { JsonObject } from '@backstage-gitops/kubernetes-yaml';
import { KustomizeError } from '../KustomizeError';
import { Loader } from '../files/Loader';
import { Resource } from '../resources/Resource';
import { readResources } from '../resources/readResources';
import { HelmRenderer } from './HelmRenderer';

/**
 * Has a chart rendered and reads what comes of it. Lines in front of the first
 * `---` are left out where they are no manifest: Helm prints notices there.
 *
 * @throws KustomizeError
 */
export function renderChart(
  helm: HelmRenderer | undefined,
  options: { chart: JsonObject; globals: JsonObject; loader: Loader },
): Resource[] {
  const { chart, globals, loader } = options;
  if (typeof chart.name !== 'string' || chart.name === '') {
    throw new KustomizeError({
      code: 'invalid-kustomization',
      problem: 'a chart has no name',
      field: 'name',
    });
  }
  if (!helm) {
    throw new KustomizeError({
      code: 'helm',
      problem: 'Helm charts are not rendered by this build',
      file: loader.root,
      field: 'helmCharts',
      hint: 'deliver the chart with a HelmRelease, or give the build a renderer',
    });
  }
  const text = helm.render({
    chart,
    globals,
    directory: loader.root,
    readFile: path => loader.load(path),
  });
  const resources = read(text, loader);
  for (const resource of resources) {
    resource.isHelmGenerated = true;
  }
  return resources;
}

function read(text: string, loader: Loader): Resource[] {
  const { schemas } = loader;
  try {
    return readResources(text, { schemas });
  } catch (error) {
    const start = text.indexOf('\n---');
    if (!(error instanceof KustomizeError) || start < 0) {
      throw error;
    }
    return readResources(text.slice(start + 1), { schemas });
  }
}
