import { JsonObject } from '@backstage-gitops/kubernetes-yaml';
import { FieldReader } from './FieldReader';

/**
 * Reads `helmCharts`, `helmGlobals` and the older `helmChartInflationGenerator`
 * whose fields have other names. Charts are for the renderer; their fields are
 * not checked here.
 */
export function readHelm(fields: FieldReader): {
  charts: JsonObject[];
  globals: JsonObject;
} {
  const legacy = fields.objects('helmChartInflationGenerator');
  const globals = fields.mapping('helmGlobals');
  return {
    charts: [...fields.objects('helmCharts'), ...legacy.map(chartOf)],
    globals: globals ?? globalsOf(legacy),
  };
}

function chartOf(legacy: JsonObject): JsonObject {
  const {
    chartName,
    chartVersion,
    chartRepoUrl,
    values,
    valuesLocal,
    valuesMerge,
    releaseName,
  } = legacy;
  return present({
    name: chartName,
    version: chartVersion,
    repo: chartRepoUrl,
    releaseName,
    valuesFile: values,
    valuesInline: valuesLocal,
    valuesMerge,
  });
}

/** The last entry that sets one counts. */
function globalsOf(legacy: readonly JsonObject[]): JsonObject {
  let result: JsonObject = {};
  for (const { chartHome, helmHome } of legacy) {
    result = { ...result, ...present({ chartHome, configHome: helmHome }) };
  }
  return result;
}

function present(
  fields: Record<string, JsonObject[string] | undefined>,
): JsonObject {
  const result: JsonObject = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== null && value !== '') {
      result[name] = value;
    }
  }
  return result;
}
