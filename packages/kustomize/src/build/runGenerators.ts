import { within } from '../KustomizeError';
import { generate } from '../generators/generate';
import { renderChart } from '../generators/renderChart';
import { builtInOrigin, setGeneratedOrigin } from '../resources/Origin';
import { Accumulator } from './Accumulator';
import { Target } from './Target';

/** Makes what the generator fields ask for: ConfigMaps, Secrets, then charts. */
export function runGenerators(into: Accumulator, target: Target): void {
  const { kustomization, loader, origin } = target;
  const { generatorOptions, fileName } = kustomization;
  for (const [kind, field] of [
    ['ConfigMap', 'configMapGenerator'],
    ['Secret', 'secretGenerator'],
  ] as const) {
    const by = origin && builtInOrigin(origin, fileName, `${kind}Generator`);
    kustomization[field].forEach((entry, i) => {
      within(
        { doing: `${field}[${i}]`, object: `${kind}/${entry.name}` },
        () => {
          const made = generate(kind, entry, generatorOptions, loader);
          setGeneratedOrigin(made, by);
          into.resources.absorb(made, loader.budget);
        },
      );
    });
  }
  const { charts, globals } = kustomization.helm;
  if (charts.length === 0) {
    return;
  }
  const by =
    origin && builtInOrigin(origin, fileName, 'HelmChartInflationGenerator');
  const namespace = kustomization.namespace || target.outerNamespace;
  charts.forEach((chart, i) => {
    within({ doing: `helmCharts[${i}]` }, () => {
      for (const made of renderChart(target.context.helm, {
        chart: { ...chart, namespace: chart.namespace || namespace },
        globals,
        loader,
      })) {
        setGeneratedOrigin(made, by);
        into.resources.absorb(made, loader.budget);
      }
    });
  });
}
