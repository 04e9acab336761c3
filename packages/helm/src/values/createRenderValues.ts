import { JsonObject } from '@backstage-gitops/kubernetes-yaml';
import type { Chart, ChartFile } from '../charts/Chart';
import { describeMetadata } from '../charts/describeMetadata';
import { validateValues, SchemaOptions } from '../schema';
import { Capabilities } from './capabilities';
import { coalesceValues } from './coalesceValues';
import { OnWarning, tableAt, Values } from './tables';

/**
 * The release that a chart is rendered for.
 *
 * @public
 */
export interface ReleaseOptions {
  name: string;
  namespace: string;
  /** Default 1. */
  revision?: number;
  /** Default false: it is installed. */
  isUpgrade?: boolean;
}

/**
 * What the templates of one chart see as dot, apart from `.Template`. Templates may
 * change `values` and `release`: all files of a chart share them, and a chart's
 * `values` is a part of its parent's.
 *
 * @public
 */
export interface Scope {
  /** Fields under the names that templates use, and `IsRoot`. */
  readonly chart: JsonObject;
  readonly values: Values;
  /**
   * `.Values` is Go's `map[string]interface {}`, as where Helm's engine is used
   * alone; otherwise it is of Helm's own type.
   */
  readonly isPlain?: boolean;
  readonly release: JsonObject;
  readonly capabilities: Capabilities;
  /** `.Files`: content by name; of two with one name, the later one. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly subcharts: ReadonlyMap<string, Scope>;
}

/**
 * A template, and what it sees.
 *
 * @public
 */
export interface ScopedTemplate {
  /** `.Template.Name`: `<chart>/charts/<dependency>/templates/<file>`. */
  readonly name: string;
  /** `.Template.BasePath`. */
  readonly basePath: string;
  readonly file: ChartFile;
  readonly scope: Scope;
}

/**
 * All that templates are executed with.
 *
 * @public
 */
export interface RenderValues {
  readonly root: Scope;
  /** In no particular order; the engine has its own. */
  readonly templates: readonly ScopedTemplate[];
}

/**
 * Puts together what the templates of a chart and its dependencies see, as
 * Helm 4 does. The chart's dependencies must have been processed before.
 *
 * @throws ValuesError, SchemaError where the values do not meet the schema of
 * a chart
 * @public
 */
export function createRenderValues(options: {
  chart: Chart;
  /** Of the user. */
  values: Values;
  release: ReleaseOptions;
  capabilities: Capabilities;
  /** Limits of schemas; false leaves them unchecked. */
  schema?: SchemaOptions | false;
  onWarning?: OnWarning;
}): RenderValues {
  const { chart, release, capabilities, onWarning } = options;
  const values = coalesceValues(chart, options.values, { onWarning });
  if (options.schema !== false) {
    validateValues(chart, values, options.schema);
  }
  const isUpgrade = release.isUpgrade ?? false;
  const templates: ScopedTemplate[] = [];
  const root = createScope(chart, values, templates, {
    capabilities,
    release: {
      Name: release.name,
      Namespace: release.namespace,
      IsUpgrade: isUpgrade,
      IsInstall: !isUpgrade,
      Revision: release.revision ?? 1,
      Service: 'Helm',
    },
  });
  return { root, templates };
}

function createScope(
  chart: Chart,
  values: Values,
  templates: ScopedTemplate[],
  common: Pick<Scope, 'release' | 'capabilities'>,
): Scope {
  const subcharts = new Map<string, Scope>();
  const scope: Scope = {
    ...common,
    chart: { ...describeMetadata(chart.metadata), IsRoot: chart.isRoot },
    values,
    files: new Map(chart.files.map(({ name, data }) => [name, data])),
    subcharts,
  };
  for (const dependency of chart.dependencies) {
    // A name with dots is looked up as a path.
    const section = tableAt(values, dependency.name) ?? {};
    subcharts.set(
      dependency.name,
      createScope(dependency, section, templates, common),
    );
  }
  const basePath = `${chart.fullPath}/templates`;
  for (const file of chart.templates) {
    if (!chart.isLibrary || isPartial(file)) {
      const name = `${chart.fullPath}/${file.name}`;
      templates.push({ name, basePath, file, scope });
    }
  }
  return scope;
}

function isPartial({ name }: ChartFile): boolean {
  return name.slice(name.lastIndexOf('/') + 1).startsWith('_');
}
