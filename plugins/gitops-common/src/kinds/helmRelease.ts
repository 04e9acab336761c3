import { CommonStatus, GitopsObject, JsonObject } from '../objects';
import { helmActionsFields } from './helmActions';
import type {
  HelmInstall,
  HelmRollback,
  HelmTest,
  HelmUninstall,
  HelmUpgrade,
} from './helmActions';
import { helmReleaseStatus, HelmSnapshot } from './helmReleaseStatus';
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
  anything,
  boolean,
  choice,
  duration,
  FieldSchema,
  integer,
  list,
  object,
  required,
  string,
} from './schema';
import { ResourceInventory } from './status';

/**
 * HelmRelease, helm.toolkit.fluxcd.io/v2 (Flux 2.9): a release of a chart.
 *
 * @public
 */
export type HelmRelease = GitopsObject<HelmReleaseSpec, HelmReleaseStatus>;

/** @public */
export interface HelmReleaseSpec {
  /** Exactly one of `chart` and `chartRef`. */
  chart?: HelmChartTemplate;
  chartRef?: SourceReference<
    'OCIRepository' | 'HelmChart' | 'ExternalArtifact'
  >;
  /** Go duration. */
  interval: string;
  suspend?: boolean;
  /** At most 53 characters; default `[<targetNamespace>-]<name>`. */
  releaseName?: string;
  targetNamespace?: string;
  storageNamespace?: string;
  dependsOn?: DependencyReference[];
  /** Go duration; default 5m. */
  timeout?: string;
  /** Default 5; 0 is unlimited. */
  maxHistory?: number;
  serviceAccountName?: string;
  /** Default true. */
  persistentClient?: boolean;
  kubeConfig?: KubeConfigReference;
  driftDetection?: DriftDetection;
  install?: HelmInstall;
  upgrade?: HelmUpgrade;
  test?: HelmTest;
  rollback?: HelmRollback;
  uninstall?: HelmUninstall;
  /** In order; `values` wins over all of them. */
  valuesFrom?: ValuesReference[];
  values?: JsonObject;
  commonMetadata?: CommonMetadata;
  postRenderers?: PostRenderer[];
  /** Default `combined`. */
  postRenderStrategy?: 'nohooks' | 'combined' | 'separate';
  /** Default `poller`. */
  waitStrategy?: { name: 'poller' | 'legacy' };
  healthCheckExprs?: CustomHealthCheck[];
}

/** @public */
export interface HelmChartTemplate {
  metadata?: CommonMetadata;
  spec: HelmChartTemplateSpec;
}

/** @public */
export interface HelmChartTemplateSpec {
  chart: string;
  /** Default `*`. */
  version?: string;
  sourceRef: SourceReference<'HelmRepository' | 'GitRepository' | 'Bucket'>;
  /** Go duration; default that of the release. */
  interval?: string;
  /** Default `ChartVersion`. */
  reconcileStrategy?: 'ChartVersion' | 'Revision';
  valuesFiles?: string[];
  ignoreMissingValuesFiles?: boolean;
  verify?: {
    /** Default `cosign`. */
    provider: 'cosign' | 'notation';
    secretRef?: LocalObjectReference;
  };
}

/** @public */
export interface DriftDetection {
  /** Default `disabled`. */
  mode?: 'enabled' | 'warn' | 'disabled';
  ignore?: IgnoreRule[];
}

/** @public */
export interface ValuesReference {
  kind: 'Secret' | 'ConfigMap';
  name: string;
  /** Default `values.yaml`. */
  valuesKey?: string;
  /** Where a single value goes, in the grammar of `--set`. */
  targetPath?: string;
  optional?: boolean;
  /** Take the value as it is, as `--set-literal` does. */
  literal?: boolean;
}

/** @public */
export interface PostRenderer {
  kustomize?: { patches?: Patch[]; images?: ImageOverride[] };
}

/** @public */
export interface HelmReleaseStatus extends CommonStatus {
  /** `<namespace>/<name>` of the HelmChart that was made from `spec.chart`. */
  helmChart?: string;
  storageNamespace?: string;
  /** Newest first. */
  history?: HelmSnapshot[];
  inventory?: ResourceInventory;
  lastAttemptedGeneration?: number;
  lastAttemptedRevision?: string;
  lastAttemptedRevisionDigest?: string;
  lastAttemptedConfigDigest?: string;
  lastAttemptedValuesChecksum?: string;
  lastAttemptedReleaseAction?: 'install' | 'upgrade';
  lastAttemptedReleaseActionDuration?: string;
  lastReleaseRevision?: number;
  lastHandledForceAt?: string;
  lastHandledResetAt?: string;
  failures?: number;
  installFailures?: number;
  upgradeFailures?: number;
  observedPostRenderersDigest?: string;
  observedCommonMetadataDigest?: string;
}

function sourceRef(description: string, kinds: readonly string[]): FieldSchema {
  return object<SourceReference>(description, {
    apiVersion: string('API version of the source.'),
    kind: required(choice('Kind of the source.', kinds)),
    name: required(
      string('Name of the source.', { minLength: 1, maxLength: 253 }),
    ),
    namespace: string('Namespace of the source; the own one if left out.', {
      minLength: 1,
      maxLength: 63,
    }),
  });
}

const chartTemplate = object<HelmChartTemplate>(
  'HelmChart to make for this release.',
  {
    metadata: commonMetadata('Metadata of the HelmChart.'),
    spec: required(
      object<HelmChartTemplateSpec>('Spec of the HelmChart.', {
        chart: required(
          string('Name of the chart in the repository, or its path.', {
            minLength: 1,
            maxLength: 2048,
          }),
        ),
        version: string('Range of versions; the highest is taken.', {
          default: '*',
        }),
        sourceRef: required(
          sourceRef('Where the chart is.', [
            'HelmRepository',
            'GitRepository',
            'Bucket',
          ]),
        ),
        interval: duration(
          'Time between two looks at the source; spec.interval if left out.',
        ),
        reconcileStrategy: choice(
          'Whether a new chart is made for each version (ChartVersion) or for each revision of the source.',
          ['ChartVersion', 'Revision'],
          { default: 'ChartVersion' },
        ),
        valuesFiles: list(
          'Values files, merged in order, that replace the values of the chart.',
          string('Path, relative to the chart or to the source.'),
        ),
        ignoreMissingValuesFiles: boolean(
          'Whether values files that do not exist are left out.',
        ),
        verify: object<NonNullable<HelmChartTemplateSpec['verify']>>(
          'Which signatures the chart must have; for charts of a registry.',
          {
            provider: required(
              choice('Which tool signed it.', ['cosign', 'notation'], {
                default: 'cosign',
              }),
            ),
            secretRef: localRef(
              'Secret with public keys or certificates; signatures without a key if left out.',
            ),
          },
        ),
      }),
    ),
  },
);

const valuesFrom = object<ValuesReference>(
  'Values from a ConfigMap or a Secret.',
  {
    kind: required(choice('Its kind.', ['Secret', 'ConfigMap'])),
    name: required(
      string('Its name, in the same namespace.', {
        minLength: 1,
        maxLength: 253,
      }),
    ),
    valuesKey: string('Key of the values; values.yaml if left out.', {
      maxLength: 253,
      pattern: '^[\\-._a-zA-Z0-9]+$',
    }),
    targetPath: string(
      'Where the value of the key goes, in the grammar of --set; the key holds YAML if left out.',
      {
        maxLength: 250,
        pattern: '^([a-zA-Z0-9_\\-.\\\\\\/]|\\[[0-9]{1,5}\\])+$',
      },
    ),
    optional: boolean('Whether object and key may be missing.'),
    literal: boolean(
      'Whether the value is taken as it is, without the grammar of --set.',
    ),
  },
);

const name63 = { minLength: 1, maxLength: 63 };

const spec = object<HelmReleaseSpec>(
  'Which chart to release, with which values and how.',
  {
    chart: chartTemplate,
    chartRef: sourceRef('Source that holds the chart.', [
      'OCIRepository',
      'HelmChart',
      'ExternalArtifact',
    ]),
    interval: required(
      duration('Time between two runs; each run also looks for drift.'),
    ),
    suspend: boolean('Stops reconciling; the release stays.'),
    releaseName: string(
      'Name of the release; the target namespace and the name, with a dash, if left out.',
      { minLength: 1, maxLength: 53 },
    ),
    targetNamespace: string(
      'Namespace of the release; the own one if left out.',
      name63,
    ),
    storageNamespace: string(
      'Namespace of the records of the release; the own one if left out.',
      name63,
    ),
    dependsOn: list(
      'HelmReleases that must be ready first.',
      dependency('One HelmRelease to wait for.'),
    ),
    timeout: duration('Bound of each action of Helm; 5m if left out.'),
    maxHistory: integer(
      'Number of records to keep; 5 if left out, 0 for all of them.',
    ),
    serviceAccountName: string('ServiceAccount to act as.', {
      minLength: 1,
      maxLength: 253,
    }),
    persistentClient: boolean(
      'Whether one client serves a whole run; false for charts whose hooks add kinds.',
    ),
    kubeConfig: kubeConfig('How to reach another cluster than this one.'),
    driftDetection: object<DriftDetection>(
      'Whether changes made in the cluster are looked for.',
      {
        mode: choice(
          'Whether drift is corrected (enabled), reported (warn), or not looked for.',
          ['enabled', 'warn', 'disabled'],
        ),
        ignore: ignoreRules('Fields that may differ.'),
      },
    ),
    ...helmActionsFields,
    valuesFrom: list(
      'ConfigMaps and Secrets that hold values; later ones win.',
      valuesFrom,
    ),
    values: anything('Values, which win over those of valuesFrom.', {
      sensitive: true,
    }),
    commonMetadata: commonMetadata('Metadata for all rendered objects.'),
    postRenderers: list(
      'Changes to the rendered objects, in order.',
      object<PostRenderer>('One change.', {
        kustomize: object<NonNullable<PostRenderer['kustomize']>>(
          'What kustomize changes.',
          {
            patches: patches('Patches to apply.'),
            images: images('Images to replace.'),
          },
        ),
      }),
    ),
    postRenderStrategy: choice(
      'Whether hooks are changed, too: not at all, together with the rest, or on their own.',
      ['nohooks', 'combined', 'separate'],
    ),
    waitStrategy: object<NonNullable<HelmReleaseSpec['waitStrategy']>>(
      'How it is told whether objects are ready.',
      {
        name: required(
          choice('By their status (poller), or as Helm 3 did (legacy).', [
            'poller',
            'legacy',
          ]),
        ),
      },
    ),
    healthCheckExprs: healthCheckExprs(
      'How the health of custom resources is told while waiting.',
    ),
  },
  {
    rules: [
      {
        rule: 'has(self.chart) != has(self.chartRef)',
        message: 'exactly one of chart and chartRef must be set',
        check: self =>
          (self.chart === undefined) !== (self.chartRef === undefined),
      },
    ],
  },
);

/** @public */
export const helmReleaseKind = defineKind({
  kind: 'HelmRelease',
  group: 'helm.toolkit.fluxcd.io',
  plural: 'helmreleases',
  shortNames: ['hr'],
  category: 'fluxcd-appliers',
  controller: 'helm',
  servedVersion: 'v2',
  versions: ['v2alpha1', 'v2beta1', 'v2beta2', 'v2'],
  description: 'A release of a chart.',
  printerColumns: [AGE_COLUMN, ...READY_COLUMNS],
  spec,
  status: helmReleaseStatus,
});
