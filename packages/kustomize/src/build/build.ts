import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { BuildLimits, Budget } from '../Budget';
import { KustomizeError } from '../KustomizeError';
import { FileSystem } from '../files/FileSystem';
import { LoadRestrictions, Loader } from '../files/Loader';
import { RemoteLoader } from '../files/RemoteLoader';
import { HelmRenderer } from '../generators/HelmRenderer';
import { addHashes } from '../generators/hash';
import { Kustomization } from '../kustomization/Kustomization';
import { readKustomization } from '../kustomization/readKustomization';
import { Resource } from '../resources/Resource';
import { ResourceList } from '../resources/ResourceList';
import { formatId } from '../resources/ResourceId';
import { setEntries } from '../transformers/metadata';
import { fixNameReferences } from '../transformers/nameReferences';
import { TransformerConfigs } from '../transformers/TransformerConfigs';
import { resolveVariables } from '../transformers/variables';
import { Schemas } from '../schemas/Schemas';
import { accumulateTarget, chooseSchema, emptyAccumulator } from './accumulate';
import { cleanAnnotations } from './cleanAnnotations';
import { sortResources } from './sortResources';
import { writeResource } from './writeResource';

/**
 * How a build runs.
 *
 * @public
 */
export interface BuildOptions {
  /**
   * Order of the objects: `none` as they were read (Flux), `legacy` by kind,
   * `unspecified` (default) legacy unless `sortOptions` says otherwise.
   * `sortOptions` always wins.
   */
  reorder?: 'none' | 'legacy' | 'unspecified';
  /** Default `rootOnly`; Flux builds with `none`, inside a closed root. */
  loadRestrictions?: LoadRestrictions;
  /** Adds the label `app.kubernetes.io/managed-by: kustomize-v5.8.1`. */
  addManagedByLabel?: boolean;
  /** What the label says instead of `v5.8.1`. */
  version?: string;
  /** What the build may use at most; each has a default. */
  limits?: Partial<BuildLimits>;
  /** Fetches URLs; without one they are refused. */
  remote?: RemoteLoader;
  /** Renders `helmCharts`; without one they are refused. */
  helm?: HelmRenderer;
}

/**
 * What a build gives.
 *
 * @public
 */
export interface BuildResult {
  readonly resources: ResourceList;
  /** The objects as plain data, to apply. */
  readonly objects: KubernetesObject[];
  /** Deprecated fields, in kustomize's words. */
  readonly warnings: readonly string[];
  /** Byte for byte what `kustomize build` prints. */
  toYaml(): string;
}

const VERSION = 'v5.8.1';
const LOCAL_CONFIG = 'config.kubernetes.io/local-config';

class Result implements BuildResult {
  constructor(
    readonly resources: ResourceList,
    readonly warnings: readonly string[],
    private readonly budget: Budget,
  ) {}

  get objects(): KubernetesObject[] {
    return this.resources.toObjects();
  }

  toYaml(): string {
    const parts: string[] = [];
    for (const resource of this.resources) {
      const text = withinLimits(() => writeResource(resource));
      this.budget.takeOutput(text.length);
      parts.push(text);
    }
    return parts.join('---\n');
  }
}

/**
 * Builds a kustomization as `kustomize build` 5.8 does. Pure: it reads through
 * the file system given, and keeps nothing.
 *
 * @throws KustomizeError
 * @public
 */
export function build(options: {
  fileSystem: FileSystem;
  /** Directory of the kustomization; relative to `/`. */
  path: string;
  options?: BuildOptions;
}): BuildResult {
  return withinLimits(() => runBuild(options));
}

function runBuild(options: Parameters<typeof build>[0]): BuildResult {
  const { fileSystem, path, options: settings = {} } = options;
  const budget = new Budget(settings.limits);
  const loader = Loader.create(fileSystem, path, {
    restrictions: settings.loadRestrictions ?? 'rootOnly',
    schemas: new Schemas(),
    budget,
    remote: settings.remote,
  });
  const kustomization = readKustomization(loader);
  const { buildMetadata } = kustomization;
  const warnings = [...kustomization.warnings];
  chooseSchema(kustomization, loader);
  const configs = new TransformerConfigs();
  const accumulator = emptyAccumulator(configs);
  accumulateTarget(accumulator, {
    kustomization,
    loader,
    context: { warnings, configs, helm: settings.helm },
    origin: buildMetadata.length > 0 ? {} : undefined,
    outerNamespace: '',
  });
  const { resources, config } = accumulator;
  addHashes(resources);
  fixNameReferences(resources, config.nameReference);
  resolveVariables(resources, accumulator.variables, {
    fields: config.varReference,
    budget,
  });
  dropLocal(resources);
  order(resources, kustomization, settings.reorder ?? 'unspecified');
  if (settings.addManagedByLabel || buildMetadata.includes('managedByLabel')) {
    setEntries(
      resources,
      {
        'app.kubernetes.io/managed-by': `kustomize-${settings.version ?? VERSION}`,
      },
      [{ path: 'metadata/labels', create: true }],
    );
  }
  for (const resource of resources) {
    cleanAnnotations(resource, buildMetadata);
  }
  return new Result(resources, warnings, budget);
}

/**
 * What no limit foresees (a stack or a text that the engine has no room for)
 * is an error of the input all the same.
 */
function withinLimits<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError) {
      throw new KustomizeError({
        code: 'limit',
        problem: 'the build is too deep or too large',
        cause: error,
      });
    }
    throw error;
  }
}

/** Objects that are configuration of local tools are not delivered. */
function dropLocal(resources: ResourceList): void {
  resources.reset(
    [...resources].filter(resource => {
      if (!resource.isEmpty) {
        refuseNameless(resource);
      }
      const local = resource.annotation(LOCAL_CONFIG);
      return !resource.isEmpty && (local === undefined || local === 'false');
    }),
  );
}

/** Patches may have taken away what every object must have. */
function refuseNameless(resource: Resource): void {
  const { kind, name } = resource;
  if (kind === '' || (name === '' && !kind.endsWith('List'))) {
    throw new KustomizeError({
      code: 'invalid-resource',
      problem: `an object has no ${
        kind === '' ? 'kind' : 'metadata.name'
      } any more`,
      object: formatId(resource.originalId()),
    });
  }
}

function order(
  resources: ResourceList,
  kustomization: Kustomization,
  reorder: NonNullable<BuildOptions['reorder']>,
): void {
  if (kustomization.sortOptions) {
    sortResources(resources, kustomization.sortOptions);
  } else if (reorder !== 'none') {
    sortResources(resources, { order: 'legacy' });
  }
}
