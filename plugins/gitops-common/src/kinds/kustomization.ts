import { CommonStatus, GitopsObject } from '../objects';
import { AGE_COLUMN, defineKind, READY_COLUMNS } from './kind';
import {
  CustomHealthCheck,
  healthCheckExprs,
  IgnoreRule,
  ignoreRules,
  ImageOverride,
  images,
  Patch,
  patches,
} from './kustomize';
import {
  CommonMetadata,
  commonMetadata,
  dependency,
  DependencyReference,
  KubeConfigReference,
  kubeConfig,
  LocalObjectReference,
  localRef,
  SourceReference,
} from './references';
import {
  boolean,
  choice,
  dateTime,
  duration,
  int64,
  list,
  object,
  required,
  string,
  stringMap,
} from './schema';
import {
  conditions,
  inventory,
  lastHandledReconcileAt,
  observedGeneration,
  ResourceInventory,
  UNOBSERVED,
} from './status';

/**
 * Kustomization, kustomize.toolkit.fluxcd.io/v1 (Flux 2.9): a directory of an
 * artifact that is built, applied, watched and pruned.
 *
 * @public
 */
export type Kustomization = GitopsObject<
  KustomizationSpec,
  KustomizationStatus
>;

/** @public */
export interface KustomizationSpec {
  sourceRef: SourceReference<
    'OCIRepository' | 'GitRepository' | 'Bucket' | 'ExternalArtifact'
  >;
  /** Directory of the artifact; default its root. */
  path?: string;
  /** Whether objects that leave the build are deleted. */
  prune: boolean;
  /** Go duration between two runs. */
  interval: string;
  /** Go duration after a failure; default `interval`. */
  retryInterval?: string;
  /** Go duration; default `interval` less 30s, at least 30s. */
  timeout?: string;
  suspend?: boolean;
  /** Recreate objects on immutable-field errors; default false. */
  force?: boolean;
  /** Check the health of everything; `healthChecks` is then ignored. */
  wait?: boolean;
  healthChecks?: HealthCheckReference[];
  healthCheckExprs?: CustomHealthCheck[];
  dependsOn?: DependencyReference[];
  /** Default `MirrorPrune`. */
  deletionPolicy?: 'MirrorPrune' | 'Delete' | 'WaitForTermination' | 'Orphan';
  targetNamespace?: string;
  namePrefix?: string;
  nameSuffix?: string;
  commonMetadata?: CommonMetadata;
  patches?: Patch[];
  images?: ImageOverride[];
  /** Relative to `path`. */
  components?: string[];
  ignoreMissingComponents?: boolean;
  buildMetadata?: ('originAnnotations' | 'transformerAnnotations')[];
  postBuild?: PostBuild;
  decryption?: Decryption;
  kubeConfig?: KubeConfigReference;
  /** ServiceAccount to impersonate. */
  serviceAccountName?: string;
  ignore?: IgnoreRule[];
}

/** @public */
export interface HealthCheckReference {
  /** Default `apps/v1`. */
  apiVersion?: string;
  kind: string;
  name: string;
  namespace?: string;
}

/** @public */
export interface PostBuild {
  /** Wins over `substituteFrom`. */
  substitute?: Record<string, string>;
  /** In order; later ones win. */
  substituteFrom?: SubstituteReference[];
  /** Default `WithVariables`: substitute only if there is a variable at all. */
  substituteStrategy?: 'WithVariables' | 'Always';
}

/** @public */
export interface SubstituteReference {
  kind: 'Secret' | 'ConfigMap';
  name: string;
  /** Default false. */
  optional?: boolean;
}

/** @public */
export interface Decryption {
  provider: 'sops';
  secretRef?: LocalObjectReference;
  serviceAccountName?: string;
}

/** @public */
export interface KustomizationStatus extends CommonStatus {
  lastAppliedRevision?: string;
  lastAppliedOriginRevision?: string;
  lastAttemptedRevision?: string;
  inventory?: ResourceInventory;
  /** At most five, newest first. */
  history?: KustomizationSnapshot[];
}

/**
 * Attempts that had the same build digest and the same outcome.
 *
 * @public
 */
export interface KustomizationSnapshot {
  /** Digest of the YAML that was built. */
  digest: string;
  firstReconciled: string;
  lastReconciled: string;
  /** Go duration. */
  lastReconciledDuration: string;
  lastReconciledStatus: string;
  totalReconciliations: number;
  metadata?: Record<string, string>;
}

const spec = object<KustomizationSpec>(
  'What to build, where to apply it and how to look after it.',
  {
    sourceRef: required(
      object<KustomizationSpec['sourceRef']>(
        'Source whose artifact is built.',
        {
          apiVersion: string('API version of the source.'),
          kind: required(
            choice('Kind of the source.', [
              'OCIRepository',
              'GitRepository',
              'Bucket',
              'ExternalArtifact',
            ]),
          ),
          name: required(string('Name of the source.')),
          namespace: string(
            'Namespace of the source; the own one if left out.',
          ),
        },
      ),
    ),
    path: string('Directory of the artifact to build; its root if left out.'),
    prune: required(
      boolean('Whether objects that leave the build are deleted.'),
    ),
    interval: required(
      duration('Time between two runs; each run also corrects drift.'),
    ),
    retryInterval: duration(
      'Time until the next attempt after a failure; interval if left out.',
    ),
    timeout: duration(
      'Bound of apply, health checks and waiting for termination.',
    ),
    suspend: boolean('Stops reconciling; what was applied stays.'),
    force: boolean(
      'Whether objects are recreated when a field that cannot be changed must change.',
      { default: false },
    ),
    wait: boolean(
      'Whether all applied objects must become healthy. healthChecks is then ignored.',
    ),
    healthChecks: list(
      'Objects that must become healthy.',
      object<HealthCheckReference>('One object to watch.', {
        apiVersion: string('API version; apps/v1 if left out.'),
        kind: required(string('Kind of the object.')),
        name: required(string('Name of the object.')),
        namespace: string('Namespace of the object.'),
      }),
    ),
    healthCheckExprs: healthCheckExprs(
      'How the health of custom resources is told, for wait and healthChecks.',
    ),
    dependsOn: list(
      'Kustomizations that must be ready first.',
      dependency('One Kustomization to wait for.'),
    ),
    deletionPolicy: choice(
      'What becomes of the applied objects when this Kustomization is deleted: as prune says, delete, delete and wait, or keep.',
      ['MirrorPrune', 'Delete', 'WaitForTermination', 'Orphan'],
    ),
    targetNamespace: string('Namespace for all objects of the build.', {
      minLength: 1,
      maxLength: 63,
    }),
    namePrefix: string('Prefix for the names of all objects of the build.', {
      minLength: 1,
      maxLength: 200,
    }),
    nameSuffix: string('Suffix for the names of all objects of the build.', {
      minLength: 1,
      maxLength: 200,
    }),
    commonMetadata: commonMetadata('Metadata for all objects of the build.'),
    patches: patches('Patches, applied after those of the overlay.'),
    images: images('Images to replace, merged with those of the overlay.'),
    components: list(
      'kustomize components to include.',
      string('A directory, relative to path.'),
    ),
    ignoreMissingComponents: boolean(
      'Whether components that do not exist are left out.',
    ),
    buildMetadata: list(
      'Annotations that say where an object came from.',
      choice('Which kind of annotation.', [
        'originAnnotations',
        'transformerAnnotations',
      ]),
    ),
    postBuild: object<PostBuild>('What happens to the build afterwards.', {
      substitute: stringMap('Variables and their values.', {
        sensitive: true,
      }),
      substituteFrom: list(
        'ConfigMaps and Secrets that hold variables; later ones win.',
        object<SubstituteReference>('One ConfigMap or Secret.', {
          kind: required(choice('Its kind.', ['Secret', 'ConfigMap'])),
          name: required(
            string('Its name, in the same namespace.', {
              minLength: 1,
              maxLength: 253,
            }),
          ),
          optional: boolean('Whether it may be missing.', { default: false }),
        }),
      ),
      substituteStrategy: choice(
        'Substitute only if there is a variable (WithVariables), or always.',
        ['WithVariables', 'Always'],
      ),
    }),
    decryption: object<Decryption>('How encrypted manifests are read.', {
      provider: required(choice('What encrypted them.', ['sops'])),
      secretRef: localRef('Secret with the private keys.'),
      serviceAccountName: string(
        'ServiceAccount whose cloud identity opens the key service.',
      ),
    }),
    kubeConfig: kubeConfig('How to reach another cluster than this one.'),
    serviceAccountName: string('ServiceAccount to act as.'),
    ignore: ignoreRules('Fields that are neither compared nor written.'),
  },
);

const status = object<KustomizationStatus>(
  'What was applied and how it went.',
  {
    observedGeneration,
    conditions,
    lastHandledReconcileAt,
    lastAppliedRevision: string('Revision of the last success.'),
    lastAppliedOriginRevision: string(
      'Revision that upstream built the artifact of the last success from.',
    ),
    lastAttemptedRevision: string('Revision of the last attempt.'),
    inventory: inventory('Objects that were applied.'),
    history: list(
      'The last attempts, newest first.',
      object<KustomizationSnapshot>(
        'Attempts of one build that ended the same way.',
        {
          digest: required(string('Digest of what was built.')),
          firstReconciled: required(dateTime('When it was first attempted.')),
          lastReconciled: required(dateTime('When it was last attempted.')),
          lastReconciledDuration: required(
            string('How long the last attempt took.'),
          ),
          lastReconciledStatus: required(string('How the last attempt ended.')),
          totalReconciliations: required(int64('Number of attempts.')),
          metadata: stringMap('Revisions that belong to the build.'),
        },
      ),
    ),
  },
  UNOBSERVED,
);

/** @public */
export const kustomizationKind = defineKind({
  kind: 'Kustomization',
  group: 'kustomize.toolkit.fluxcd.io',
  plural: 'kustomizations',
  shortNames: ['ks'],
  category: 'fluxcd-appliers',
  controller: 'kustomize',
  servedVersion: 'v1',
  versions: ['v1alpha1', 'v1beta1', 'v1beta2', 'v1'],
  description:
    'A directory of an artifact that is built, applied, watched and pruned.',
  printerColumns: [AGE_COLUMN, ...READY_COLUMNS],
  spec,
  status,
});
