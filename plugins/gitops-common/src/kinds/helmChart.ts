import { isJsonObject } from '@backstage-gitops/kubernetes-yaml';
import { Artifact } from '../artifact';
import { CommonStatus, GitopsObject } from '../objects';
import { AGE_COLUMN, defineKind, READY_COLUMNS } from './kind';
import {
  boolean,
  choice,
  duration,
  list,
  object,
  required,
  string,
} from './schema';
import {
  artifact,
  conditions,
  lastHandledReconcileAt,
  observedGeneration,
  UNOBSERVED,
} from './status';
import { OciVerification, ociVerification } from './verification';

/**
 * HelmChart, source.toolkit.fluxcd.io/v1 (Flux 2.9): a chart, pulled from a
 * repository or packaged from a directory.
 *
 * @public
 */
export type HelmChart = GitopsObject<HelmChartSpec, HelmChartStatus>;

/** @public */
export interface HelmChartSpec {
  /** Name in a repository, or path in another source. */
  chart: string;
  /** A constraint; default `*`. Without effect for Git and buckets. */
  version?: string;
  sourceRef: HelmChartSourceReference;
  /** Go duration. */
  interval: string;
  /** Default `ChartVersion`. */
  reconcileStrategy?: 'ChartVersion' | 'Revision';
  /** Merged in order over each other; replace the values of the chart. */
  valuesFiles?: string[];
  ignoreMissingValuesFiles?: boolean;
  /** With a HelmRepository only. */
  verify?: OciVerification;
  suspend?: boolean;
}

/** @public */
export interface HelmChartSourceReference {
  apiVersion?: string;
  kind: 'HelmRepository' | 'GitRepository' | 'Bucket';
  name: string;
}

/** @public */
export interface HelmChartStatus extends CommonStatus {
  artifact?: Artifact;
  url?: string;
  observedChartName?: string;
  observedSourceArtifactRevision?: string;
  observedValuesFiles?: string[];
}

const spec = object<HelmChartSpec>(
  'Which chart to fetch or to package.',
  {
    chart: required(
      string('Name of the chart in the repository, or its path in the source.'),
    ),
    version: string(
      'Range of versions; the highest is taken. Without effect for Git and buckets.',
      { default: '*' },
    ),
    sourceRef: required(
      object<HelmChartSourceReference>('Where the chart is.', {
        apiVersion: string('API version of the source.'),
        kind: required(
          choice('Kind of the source.', [
            'HelmRepository',
            'GitRepository',
            'Bucket',
          ]),
        ),
        name: required(string('Name of the source, in the same namespace.')),
      }),
    ),
    interval: required(duration('Time between two looks at the source.')),
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
    verify: ociVerification(
      'Which signatures the chart must have; for charts of a registry.',
    ),
    suspend: boolean('Stops fetching; the last chart stays available.'),
  },
  {
    rules: [
      {
        rule: "!has(self.verify) || self.sourceRef.kind == 'HelmRepository'",
        message: "is allowed only where sourceRef.kind is 'HelmRepository'",
        field: 'verify',
        check: self =>
          self.verify === undefined ||
          (isJsonObject(self.sourceRef) &&
            self.sourceRef.kind === 'HelmRepository'),
      },
    ],
  },
);

const status = object<HelmChartStatus>(
  'Which chart was made and how it went.',
  {
    observedGeneration,
    conditions,
    lastHandledReconcileAt,
    artifact: artifact('The last chart that was made.'),
    url: string('Address under which the last chart can be fetched.'),
    observedChartName: string('Name of the last chart that was resolved.'),
    observedSourceArtifactRevision: string(
      'Revision of the source that the last chart was made from.',
    ),
    observedValuesFiles: list(
      'Values files of the last chart.',
      string('Path of a values file.'),
    ),
  },
  UNOBSERVED,
);

/** @public */
export const helmChartKind = defineKind({
  kind: 'HelmChart',
  group: 'source.toolkit.fluxcd.io',
  plural: 'helmcharts',
  shortNames: ['hc'],
  category: 'fluxcd-sources',
  controller: 'source',
  servedVersion: 'v1',
  versions: ['v1alpha1', 'v1beta1', 'v1beta2', 'v1'],
  producesArtifact: true,
  description: 'A chart, pulled from a repository or packaged from a source.',
  printerColumns: [
    { name: 'Chart', type: 'string', jsonPath: '.spec.chart' },
    { name: 'Version', type: 'string', jsonPath: '.spec.version' },
    { name: 'Source Kind', type: 'string', jsonPath: '.spec.sourceRef.kind' },
    { name: 'Source Name', type: 'string', jsonPath: '.spec.sourceRef.name' },
    AGE_COLUMN,
    ...READY_COLUMNS,
  ],
  spec,
  status,
});
