import { KustomizeError, within } from '../KustomizeError';
import { Loader, isRemote } from '../files/Loader';
import { generate } from '../generators/generate';
import { Kustomization } from '../kustomization/Kustomization';
import { readKustomization } from '../kustomization/readKustomization';
import {
  applyJsonPatches,
  applyPatches,
  applyStrategicMerges,
} from '../patches/applyPatches';
import { ResourceList } from '../resources/ResourceList';
import { Resource } from '../resources/Resource';
import { readConfigurations } from '../kustomization/readConfigurations';
import { runGeneratorPlugin } from '../plugins/runGeneratorPlugin';
import { runTransformerPlugin } from '../plugins/runTransformerPlugin';
import { readResources } from '../resources/readResources';
import { defaultTransformerConfig } from '../transformers/defaults';
import { setImages } from '../transformers/images';
import {
  emptyTransformerConfig,
  mergeConfig,
} from '../transformers/mergeConfig';
import { setEntries } from '../transformers/metadata';
import { affixNames } from '../transformers/names';
import { setNamespace } from '../transformers/namespace';
import { replace } from '../transformers/replacements';
import { readReplacements } from '../kustomization/readReplacements';
import { addVariables, bindVariables } from '../transformers/variables';
import { setReplicas } from '../transformers/replicas';
import { Accumulator } from './Accumulator';
import { labelFields } from './labelFields';

/** What all directories of a build share. */
export interface BuildContext {
  readonly warnings: string[];
}

/** An accumulator without resources; targets bring the configuration. */
export function emptyAccumulator(): Accumulator {
  return {
    resources: new ResourceList(),
    config: emptyTransformerConfig(),
    variables: [],
  };
}

/**
 * Builds one directory into an accumulator: its resources and those of the
 * directories it refers to, generators, components, then transformers.
 */
export function accumulateTarget(
  into: Accumulator,
  kustomization: Kustomization,
  loader: Loader,
  context: BuildContext,
): void {
  refuseUnsupported(kustomization);
  warnOfIgnored(kustomization, context);
  within({ doing: 'accumulating resources' }, () => {
    for (const path of kustomization.resources) {
      accumulateResource(into, path, loader, context);
    }
  });
  into.config = mergeConfig(
    into.config,
    mergeConfig(
      defaultTransformerConfig(),
      readConfigurations(kustomization.configurations, loader),
    ),
  );
  runGenerators(into, kustomization, loader);
  for (const plugin of readPlugins(kustomization.generators, loader, context)) {
    runGeneratorPlugin(into.resources, plugin, loader);
  }
  within({ doing: 'accumulating components' }, () => {
    for (const path of kustomization.components) {
      const found = loader.descend(path);
      accumulateDirectory(into, found, 'Component', context);
    }
  });
  transform(into, kustomization, loader);
  for (const field of ['transformers', 'validators'] as const) {
    for (const plugin of readPlugins(kustomization[field], loader, context)) {
      runTransformerPlugin(into.resources, plugin, loader);
    }
  }
  bindVariables(into.resources, into.variables, kustomization.vars);
}

/** Plugins are resources: given inline, in files or in directories. */
function readPlugins(
  entries: readonly string[],
  loader: Loader,
  context: BuildContext,
): ResourceList {
  const plugins = emptyAccumulator();
  for (const entry of entries) {
    let inline: Resource[] | undefined;
    try {
      inline = readResources(entry);
    } catch (error) {
      if (!(error instanceof KustomizeError)) {
        throw error;
      }
    }
    if (inline) {
      plugins.resources.appendAll(inline);
    } else {
      accumulateResource(plugins, entry, loader, context);
    }
  }
  return plugins.resources;
}

function refuseUnsupported(kustomization: Kustomization): void {
  if (kustomization.hasHelmCharts) {
    throw new KustomizeError({
      code: 'helm',
      problem: 'Helm charts are not rendered by a kustomize build',
      field: 'helmCharts',
      hint: 'deliver the chart with a HelmRelease',
    });
  }
  for (const field of ['crds'] as const) {
    if (kustomization[field].length > 0) {
      throw new KustomizeError({
        code: 'unsupported',
        problem: `the field ${field} is not supported`,
        field,
      });
    }
  }
}

/** What is accepted without effect is said, never silent. */
function warnOfIgnored(
  kustomization: Kustomization,
  context: BuildContext,
): void {
  const { openapi, buildMetadata } = kustomization;
  if (Object.keys(openapi).length > 0) {
    context.warnings.push(
      "'openapi' is ignored: lists of custom resources are replaced, not merged.",
    );
  }
  if (buildMetadata.some(name => name.endsWith('Annotations'))) {
    context.warnings.push("'buildMetadata' is ignored but for managedByLabel.");
  }
}

/** A path is a file, or else a directory with a kustomization. */
function accumulateResource(
  into: Accumulator,
  path: string,
  loader: Loader,
  context: BuildContext,
): void {
  let fileError: KustomizeError;
  try {
    const resources = readResources(loader.loadText(path), path);
    within({ file: path }, () => into.resources.appendAll(resources));
    return;
  } catch (error) {
    if (!(error instanceof KustomizeError)) {
      throw error;
    }
    if (error.code !== 'not-a-file' && error.code !== 'not-found') {
      throw error;
    }
    fileError = error;
  }
  if (fileError.code === 'not-found' && !isRemote(path)) {
    throw fileError;
  }
  const child = emptyAccumulator();
  const found = loader.descend(path);
  within({ doing: path }, () =>
    accumulateDirectory(child, found, 'Kustomization', context),
  );
  within({ file: path }, () => into.resources.appendAll(child.resources));
  into.config = mergeConfig(into.config, child.config);
  addVariables(into.variables, child.variables);
}

function accumulateDirectory(
  into: Accumulator,
  loader: Loader,
  kind: Kustomization['kind'],
  context: BuildContext,
): void {
  const kustomization = readKustomization(loader);
  if (kustomization.kind !== kind) {
    throw new KustomizeError({
      code: 'invalid-kustomization',
      problem: `${loader.root} has the kind ${kustomization.kind}, where a ${kind} is expected`,
      file: loader.root,
      field: 'kind',
      hint:
        kind === 'Component'
          ? 'list it under resources'
          : 'list it under components',
    });
  }
  context.warnings.push(...kustomization.warnings);
  accumulateTarget(into, kustomization, loader, context);
}

function runGenerators(
  into: Accumulator,
  kustomization: Kustomization,
  loader: Loader,
): void {
  const { generatorOptions } = kustomization;
  for (const [kind, field] of [
    ['ConfigMap', 'configMapGenerator'],
    ['Secret', 'secretGenerator'],
  ] as const) {
    kustomization[field].forEach((entry, i) => {
      within({ doing: `${field}[${i}]`, object: `${kind}/${entry.name}` }, () =>
        into.resources.absorb(generate(kind, entry, generatorOptions, loader)),
      );
    });
  }
}

/** The order is kustomize's and matters. */
function transform(
  into: Accumulator,
  kustomization: Kustomization,
  loader: Loader,
): void {
  const { resources, config } = into;
  const k = kustomization;
  applyStrategicMerges(resources, k.patchesStrategicMerge, loader);
  applyPatches(resources, k.patches, loader);
  setNamespace(resources, {
    namespace: k.namespace,
    fields: config.namespace,
  });
  if (k.namePrefix) {
    affixNames(resources, { prefix: k.namePrefix, fields: config.namePrefix });
  }
  if (k.nameSuffix) {
    affixNames(resources, { suffix: k.nameSuffix, fields: config.nameSuffix });
  }
  for (const entry of k.labels) {
    setEntries(resources, entry.pairs, labelFields(entry, config));
  }
  setEntries(resources, k.commonLabels, config.commonLabels);
  setEntries(resources, k.commonAnnotations, config.commonAnnotations);
  applyJsonPatches(resources, k.patchesJson6902, loader);
  for (const entry of k.replicas) {
    setReplicas(resources, entry, config.replicas);
  }
  for (const entry of k.images) {
    setImages(resources, entry, config.images);
  }
  within({ doing: 'replacements' }, () =>
    replace(resources, readReplacements(k.replacements, loader)),
  );
  resources.dropEmpty();
}
