import { Chart } from '@backstage-gitops/helm';

/** A chart as data: to hand over from a worker. */
export interface ChartTree {
  own: Pick<
    Chart,
    'metadata' | 'lock' | 'values' | 'schema' | 'templates' | 'files' | 'raw'
  >;
  dependencies: readonly ChartTree[];
}

export function chartTreeOf(chart: Chart): ChartTree {
  const { metadata, lock, values, schema, templates, files, raw } = chart;
  return {
    own: { metadata, lock, values, schema, templates, files, raw },
    dependencies: chart.dependencies.map(chartTreeOf),
  };
}

/** The chart again. */
export function growChart({ own, dependencies }: ChartTree): Chart {
  return new Chart({ ...own, dependencies: dependencies.map(growChart) });
}

/** Bytes of the files of a chart and of those in it. */
export function chartSize(chart: Chart): number {
  return (
    chart.raw.reduce((sum, { data }) => sum + data.length, 0) +
    chart.dependencies.reduce((sum, child) => sum + chartSize(child), 0)
  );
}
