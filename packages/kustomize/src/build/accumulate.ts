import { KustomizeError, within } from '../KustomizeError';
import { Loader } from '../files/Loader';
import { isRemote } from '../files/remoteAddress';
import { Kustomization } from '../kustomization/Kustomization';
import { readKustomization } from '../kustomization/readKustomization';
import { ResourceList } from '../resources/ResourceList';
import { Resource } from '../resources/Resource';
import { readConfigurations } from '../kustomization/readConfigurations';
import { runGeneratorPlugin } from '../plugins/runGeneratorPlugin';
import { runTransformerPlugin } from '../plugins/runTransformerPlugin';
import { runValidatorPlugin } from '../plugins/runValidatorPlugin';
import {
  Origin,
  addTransformation,
  joinOrigin,
  pluginOrigin,
  setOrigin,
} from '../resources/Origin';
import { readCrds } from '../kustomization/readCrds';
import { readResources } from '../resources/readResources';
import { TransformerConfigs } from '../transformers/TransformerConfigs';
import { addVariables, bindVariables } from '../transformers/variables';
import { Accumulator } from './Accumulator';
import { Target } from './Target';
import { runGenerators } from './runGenerators';
import { transform } from './transform';

/** An accumulator without resources; targets bring the configuration. */
export function emptyAccumulator(configs: TransformerConfigs): Accumulator {
  return {
    resources: new ResourceList(),
    config: configs.empty,
    variables: [],
  };
}

/**
 * Builds one directory into an accumulator: its resources and those of the
 * directories it refers to, generators, components, then transformers.
 */
export function accumulateTarget(into: Accumulator, target: Target): void {
  const { kustomization, loader } = target;
  within({ doing: 'accumulating resources' }, () => {
    for (const path of kustomization.resources) {
      accumulateResource(into, path, target);
    }
  });
  addConfigurations(into, target);
  runGenerators(into, target);
  for (const plugin of readPlugins(kustomization.generators, target)) {
    runGeneratorPlugin(into.resources, plugin, loader, target.context.helm);
  }
  within({ doing: 'accumulating components' }, () => {
    for (const path of kustomization.components) {
      const found = loader.descend(path);
      accumulateDirectory(into, found, 'Component', path, target);
    }
  });
  transform(into, target);
  for (const field of ['transformers', 'validators'] as const) {
    for (const plugin of readPlugins(kustomization[field], target)) {
      loader.budget.takeMatches(into.resources.size);
      if (field === 'validators') {
        runValidatorPlugin(into.resources, plugin, loader);
      } else {
        runTransformerPlugin(into.resources, plugin, loader);
        addTransformation(into.resources, pluginOrigin(plugin));
      }
    }
  }
  bindVariables(
    into.resources,
    into.variables,
    kustomization.vars,
    loader.budget,
  );
}

/** What the directory adds to the fields that transformers know. */
function addConfigurations(into: Accumulator, target: Target): void {
  const { kustomization, loader, context } = target;
  const { configurations, crds } = kustomization;
  const { configs } = context;
  const own =
    configurations.length > 0
      ? readConfigurations(configurations, loader)
      : configs.empty;
  into.config = configs.merge(
    configs.merge(into.config, configs.merge(configs.defaults, own)),
    crds.length > 0 ? readCrds(crds, loader) : configs.empty,
  );
}

/** Plugins are resources: given inline, in files or in directories. */
function readPlugins(entries: readonly string[], target: Target): ResourceList {
  const { loader, origin, kustomization } = target;
  const inline = emptyAccumulator(target.context.configs);
  const paths: string[] = [];
  for (const entry of entries) {
    let found: Resource[];
    try {
      found = readResources(entry, {
        schemas: loader.schemas,
        budget: loader.budget,
      });
    } catch (error) {
      if (!(error instanceof KustomizeError)) {
        throw error;
      }
      paths.push(entry);
      continue;
    }
    for (const plugin of found) {
      if (origin) {
        setOrigin(plugin, joinOrigin(origin, kustomization.fileName));
      }
    }
    inline.resources.appendAll(found);
  }
  for (const path of paths) {
    accumulateResource(inline, path, target);
  }
  return inline.resources;
}

/** A path is a file, or else a directory with a kustomization. */
function accumulateResource(
  into: Accumulator,
  path: string,
  target: Target,
): void {
  const { loader, origin } = target;
  let fileError: KustomizeError;
  try {
    const resources = readResources(loader.loadText(path), {
      file: path,
      schemas: loader.schemas,
      budget: loader.budget,
    });
    if (origin) {
      const from = joinOrigin(origin, path);
      resources.forEach(resource => setOrigin(resource, from));
    }
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
  const child = emptyAccumulator(target.context.configs);
  const found = loader.descend(path);
  within({ doing: path }, () =>
    accumulateDirectory(child, found, 'Kustomization', path, target),
  );
  within({ file: path }, () => into.resources.appendAll(child.resources));
  into.config = target.context.configs.merge(into.config, child.config);
  addVariables(into.variables, child.variables);
}

function accumulateDirectory(
  into: Accumulator,
  loader: Loader,
  kind: Kustomization['kind'],
  path: string,
  outer: Target,
): void {
  const { context } = outer;
  const kustomization = readKustomization(loader);
  chooseSchema(kustomization, loader);
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
  accumulateTarget(into, {
    kustomization,
    loader,
    context,
    origin: outer.origin && originOf(outer.origin, path, loader),
    outerNamespace: outer.kustomization.namespace || outer.outerNamespace,
  });
}

function originOf(outer: Origin, path: string, loader: Loader): Origin {
  const { fetched } = loader;
  return fetched
    ? {
        repo: fetched.repository,
        ref: fetched.reference,
        path: fetched.path.replace(/^\/+/, ''),
      }
    : joinOrigin(outer, path);
}

/** Takes the schema that the field `openapi` names. */
export function chooseSchema(
  kustomization: Kustomization,
  loader: Loader,
): void {
  const { openapi } = kustomization;
  const text =
    openapi.path === undefined
      ? undefined
      : within({ field: 'openapi' }, () => loader.loadText(openapi.path));
  loader.schemas.choose(openapi, text);
}
