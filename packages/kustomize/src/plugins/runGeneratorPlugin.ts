import { JsonObject } from '@backstage-gitops/kubernetes-yaml';
import { toPlain } from '../fields/YamlNode';
import { within } from '../KustomizeError';
import { Loader } from '../files/Loader';
import { HelmRenderer } from '../generators/HelmRenderer';
import { generate } from '../generators/generate';
import { generateIamPolicy } from '../generators/iamPolicy';
import { renderChart } from '../generators/renderChart';
import { FieldReader } from '../kustomization/FieldReader';
import { readGenerator } from '../kustomization/readKustomization';
import { pluginOrigin, setGeneratedOrigin } from '../resources/Origin';
import { Resource } from '../resources/Resource';
import { ResourceList } from '../resources/ResourceList';
import { formatId } from '../resources/ResourceId';
import { BUILTIN, unsupportedPlugin } from './unsupported';

type Generate = (
  fields: FieldReader,
  plugin: Resource,
  loader: Loader,
  helm: HelmRenderer | undefined,
) => Resource[];

const generateData =
  (kind: 'ConfigMap' | 'Secret'): Generate =>
  (fields, plugin, loader) => {
    const entry = readGenerator(fields, kind);
    const named = {
      ...entry,
      name: entry.name || plugin.name,
      namespace: entry.namespace || plugin.namespace,
    };
    return [generate(kind, named, undefined, loader)];
  };

const GENERATORS: ReadonlyMap<string, Generate> = new Map<string, Generate>([
  ['ConfigMapGenerator', generateData('ConfigMap')],
  ['SecretGenerator', generateData('Secret')],
  ['IAMPolicyGenerator', fields => generateIamPolicy(fields)],
  [
    'HelmChartInflationGenerator',
    (_, plugin, loader, helm) => {
      const { chartHome, configHome, ...chart } = toPlain(
        plugin.node,
      ) as JsonObject;
      const globals: JsonObject = {};
      if (chartHome !== undefined) {
        globals.chartHome = chartHome;
      }
      if (configHome !== undefined) {
        globals.configHome = configHome;
      }
      return renderChart(helm, { chart, globals, loader });
    },
  ],
]);

/** Runs a built-in generator that a resource configures. */
export function runGeneratorPlugin(
  resources: ResourceList,
  plugin: Resource,
  loader: Loader,
  helm: HelmRenderer | undefined,
): void {
  const run = GENERATORS.get(plugin.kind);
  if (plugin.apiVersion !== BUILTIN || !run) {
    throw unsupportedPlugin(plugin);
  }
  within({ object: formatId(plugin.currentId()) }, () => {
    const fields = FieldReader.of(toPlain(plugin.node), '', plugin.kind, true);
    const origin = pluginOrigin(plugin);
    for (const made of run(fields, plugin, loader, helm)) {
      setGeneratedOrigin(made, origin);
      resources.absorb(made, loader.budget);
    }
  });
}
