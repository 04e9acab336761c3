import { isCompatible } from '../values/capabilities';
import { coalesceValues } from '../values/coalesceValues';
import { OnWarning, tableAt, valueAt, Values } from '../values/tables';
import { trim } from '../text/space';
import { Chart } from './Chart';
import { ChartDependency, ChartMetadata } from './ChartMetadata';
import { importValues } from './importValues';

/**
 * The chart with those dependencies that take part: they are matched with the
 * entries of Chart.yaml by name and version, get their aliases, are left out by
 * conditions and tags, and hand values up that are imported. Charts in
 * `charts/` that are not listed take part always (Helm 4,
 * `ProcessDependencies`). The given chart is not changed.
 *
 * @throws ValuesError `type-mismatch`
 * @public
 */
export function processDependencies(
  chart: Chart,
  /** Of the user. */
  values: Values,
  options: { onWarning?: OnWarning } = {},
): Chart {
  const copy = copyChart(chart);
  enable(copy, values, '', options.onWarning);
  importValues(copy, options.onWarning);
  return copy;
}

function copyChart(chart: Chart): Chart {
  return chart.with({
    metadata: copyMetadata(chart.metadata),
    dependencies: chart.dependencies.map(copyChart),
  });
}

function copyMetadata(metadata: ChartMetadata): ChartMetadata {
  return {
    ...metadata,
    dependencies: metadata.dependencies?.map(entry => ({ ...entry })),
  };
}

/** `path` is that of the chart's section, with a dot behind it. */
function enable(
  chart: Chart,
  values: Values,
  path: string,
  onWarning: OnWarning | undefined,
): void {
  const entries = chart.metadata.dependencies;
  if (!entries) {
    return;
  }
  chart.setDependencies(matchEntries(chart.dependencies, entries));
  for (const entry of entries) {
    entry.name = entry.alias === '' ? entry.name : entry.alias;
    entry.enabled = true;
  }
  const coalesced = coalesceValues(chart, values, { onWarning });
  applyTags(entries, coalesced, onWarning);
  applyConditions(entries, coalesced, path, onWarning);
  const disabled = new Set(
    entries.filter(({ enabled }) => !enabled).map(({ name }) => name),
  );
  const charts = chart.dependencies.filter(({ name }) => !disabled.has(name));
  for (const dependency of charts) {
    enable(dependency, coalesced, `${path}${dependency.name}.`, onWarning);
  }
  const rest = entries.filter(({ name }) => !disabled.has(name));
  chart.metadata.dependencies = rest.length > 0 ? rest : undefined;
  chart.setDependencies(charts);
}

/** Charts that no entry is for, then one chart for each entry. */
function matchEntries(
  charts: readonly Chart[],
  entries: readonly ChartDependency[],
): Chart[] {
  const isFor = (entry: ChartDependency, chart: Chart) =>
    chart.name === entry.name &&
    isCompatible(entry.version, chart.metadata.version);
  const result = charts.filter(
    chart => !entries.some(entry => isFor(entry, chart)),
  );
  for (const entry of entries) {
    const chart = charts.find(candidate => isFor(entry, candidate));
    if (chart) {
      result.push(copyForEntry(chart, entry));
    }
  }
  return result;
}

/**
 * Two entries may be for one chart, so each gets a copy. As in Helm, the copies
 * share what is two levels below and more.
 */
function copyForEntry(chart: Chart, entry: ChartDependency): Chart {
  const metadata = copyMetadata(chart.metadata);
  return chart.with({
    metadata:
      entry.alias === '' ? metadata : { ...metadata, name: entry.alias },
    dependencies: chart.dependencies.map(dependency =>
      dependency.shallowCopy(),
    ),
  });
}

/** Off where some tag is false and none is true. */
function applyTags(
  entries: readonly ChartDependency[],
  values: Values,
  onWarning: OnWarning | undefined,
): void {
  const table = tableAt(values, 'tags');
  if (!table) {
    return;
  }
  for (const entry of entries) {
    const flags = entry.tags
      .filter(tag => Object.hasOwn(table, tag))
      .map(tag => {
        if (typeof table[tag] !== 'boolean') {
          onWarning?.(`tags.${tag} is neither true nor false`);
        }
        return table[tag];
      });
    entry.enabled = flags.includes(true) || !flags.includes(false);
  }
}

/** The first path that leads to true or false decides. */
function applyConditions(
  entries: readonly ChartDependency[],
  values: Values,
  path: string,
  onWarning: OnWarning | undefined,
): void {
  for (const entry of entries) {
    for (const condition of trim(entry.condition).split(',')) {
      const value =
        condition === '' ? undefined : valueAt(values, path + condition);
      if (typeof value === 'boolean') {
        entry.enabled = value;
        break;
      }
      if (value !== undefined) {
        onWarning?.(`${path}${condition} is neither true nor false`);
      }
    }
  }
}
