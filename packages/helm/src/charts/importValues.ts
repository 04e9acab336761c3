import {
  isJsonObject,
  JsonObject,
  JsonValue,
  setOwn,
} from '@backstage-gitops/kubernetes-yaml';
import { coalesceTables, CoalesceMode } from '../values/coalesceTables';
import { mergeValues } from '../values/coalesceValues';
import { copyValues, OnWarning, tableAt, Values } from '../values/tables';
import { Chart } from './Chart';
import { ChartDependency } from './ChartMetadata';

/**
 * Values that charts import from their dependencies, as `import-values` says,
 * from the innermost charts on. What the importing chart says itself wins.
 * Afterwards, `values` of a chart that lists dependencies holds theirs, too.
 */
export function importValues(
  chart: Chart,
  onWarning: OnWarning | undefined,
): void {
  for (const dependency of chart.dependencies) {
    importValues(dependency, onWarning);
  }
  const entries = chart.metadata.dependencies;
  if (!entries) {
    return;
  }
  const mode: CoalesceMode = { keepNulls: true, onWarning };
  const values = mergeValues(chart, {}, { onWarning });
  let imported: Values = {};
  for (const entry of entries) {
    const imports = entry.importValues
      .map(readImport)
      .filter(item => item !== undefined);
    for (const { child, parent } of imports) {
      const table = tableAt(values, `${entry.name}.${child}`);
      if (table) {
        imported = coalesceTables(imported, nest(parent, table), mode);
      } else {
        onWarning?.(
          `chart ${entry.name} has no table ${child} to import values from`,
        );
      }
    }
    entry.importValues = imports as unknown as ChartDependency['importValues'];
  }
  chart.values = coalesceTables(copyValues(values), imported, mode);
}

/** A name means a table of `exports`, which goes to the root. */
function readImport(
  item: JsonValue,
): { child: string; parent: string } | undefined {
  if (typeof item === 'string') {
    return { child: `exports.${item}`, parent: '.' };
  }
  return isJsonObject(item)
    ? { child: nameOf(item.child), parent: nameOf(item.parent) }
    : undefined;
}

function nameOf(value: JsonValue | undefined): string {
  return value === undefined || value === null ? '<nil>' : String(value);
}

/** The table below a path, with `.` for itself. */
function nest(path: string, table: Values): Values {
  if (path === '.') {
    return table;
  }
  let result: JsonObject = table;
  for (const name of path.split('.').reverse()) {
    const outer: JsonObject = {};
    setOwn(outer, name, result);
    result = outer;
  }
  return result;
}
