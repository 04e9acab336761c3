import { isCompatible, KubeVersion } from '../values/capabilities';
import { Chart } from './Chart';
import { ChartError } from './ChartError';

/**
 * What Helm checks before it renders a chart for an installation: libraries
 * are not installable, and `charts/` must hold a chart for each entry of
 * Chart.yaml. For a chart whose dependencies are not processed yet.
 *
 * @throws ChartError `not-installable`, `missing-dependency`
 * @public
 */
export function checkInstallable(chart: Chart): void {
  const { type, dependencies = [] } = chart.metadata;
  if (type !== '' && type !== 'application') {
    throw new ChartError(
      'not-installable',
      `${type} charts are not installable`,
      { file: 'Chart.yaml' },
    );
  }
  const present = new Set(chart.dependencies.map(({ name }) => name));
  const missing = dependencies
    .map(({ name }) => name)
    .filter(name => !present.has(name));
  if (missing.length > 0) {
    throw new ChartError(
      'missing-dependency',
      `found in Chart.yaml, but missing in charts/ directory: ${missing.join(', ')}`,
      { file: 'Chart.yaml' },
    );
  }
}

/**
 * Whether the chart is for this version of Kubernetes.
 *
 * @throws ChartError `incompatible`
 * @public
 */
export function checkKubeVersion(chart: Chart, version: KubeVersion): void {
  const { kubeVersion } = chart.metadata;
  if (kubeVersion !== '' && !isCompatible(kubeVersion, version.normalized)) {
    throw new ChartError(
      'incompatible',
      `chart requires kubeVersion: ${kubeVersion} which is incompatible with Kubernetes ${version.version}`,
      { file: 'Chart.yaml' },
    );
  }
}
