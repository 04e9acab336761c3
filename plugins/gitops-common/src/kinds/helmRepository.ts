import { Artifact } from '../artifact';
import { CommonStatus, GitopsObject } from '../objects';
import { AccessFrom, accessFrom } from './access';
import { AGE_COLUMN, defineKind, READY_COLUMNS } from './kind';
import { LocalObjectReference, localRef } from './references';
import {
  boolean,
  choice,
  duration,
  object,
  required,
  string,
  timeout,
} from './schema';
import {
  artifact,
  conditions,
  lastHandledReconcileAt,
  observedGeneration,
  UNOBSERVED,
} from './status';

/**
 * HelmRepository, source.toolkit.fluxcd.io/v1 (Flux 2.9): an index of charts, or
 * a registry that is only looked up when a chart is wanted (`type: oci`).
 *
 * @public
 */
export type HelmRepository = GitopsObject<
  HelmRepositorySpec,
  HelmRepositoryStatus
>;

/** @public */
export interface HelmRepositorySpec {
  /** http, https or oci. */
  url: string;
  /** Go duration; default 1m. Without effect for `oci`. */
  interval?: string;
  /** Go duration, no hours; default 1m. */
  timeout?: string;
  /** Default `default`. */
  type?: 'default' | 'oci';
  /** Default `generic`; for `oci` only. */
  provider?: 'generic' | 'aws' | 'azure' | 'gcp';
  secretRef?: LocalObjectReference;
  certSecretRef?: LocalObjectReference;
  /** Send credentials to other hosts that the index names. */
  passCredentials?: boolean;
  /** Plain http; for `oci` only. */
  insecure?: boolean;
  accessFrom?: AccessFrom;
  suspend?: boolean;
}

/** @public */
export interface HelmRepositoryStatus extends CommonStatus {
  artifact?: Artifact;
  url?: string;
}

const spec = object<HelmRepositorySpec>(
  'Where the charts are and how to get at them.',
  {
    url: required(
      string('Address of the index, or of the registry.', {
        pattern: '^(http|https|oci)://.*$',
        allowed: 'an address that begins with http://, https:// or oci://',
        sensitive: 'url',
      }),
    ),
    interval: duration('Time between two looks at the index.'),
    timeout: timeout('Bound of each operation on the repository.'),
    type: choice('Whether it is an index (default) or a registry (oci).', [
      'default',
      'oci',
    ]),
    provider: choice(
      'Where the credentials of a registry come from; generic means secretRef.',
      ['generic', 'aws', 'azure', 'gcp'],
      { default: 'generic' },
    ),
    secretRef: localRef(
      'Secret with username and password, or with the credentials of a registry.',
    ),
    certSecretRef: localRef('Secret with tls.crt and tls.key, or ca.crt.'),
    passCredentials: boolean(
      'Whether credentials go to other hosts, too, when the index names them.',
    ),
    insecure: boolean('Whether plain http is allowed for a registry.'),
    accessFrom: accessFrom(
      'Namespaces that may use the repository; not enforced.',
    ),
    suspend: boolean('Stops fetching; the last index stays available.'),
  },
);

const status = object<HelmRepositoryStatus>(
  'Which index was fetched and how it went.',
  {
    observedGeneration,
    conditions,
    lastHandledReconcileAt,
    artifact: artifact('The last index that was fetched.'),
    url: string('Address under which the last index can be fetched.'),
  },
  UNOBSERVED,
);

/** @public */
export const helmRepositoryKind = defineKind({
  kind: 'HelmRepository',
  group: 'source.toolkit.fluxcd.io',
  plural: 'helmrepositories',
  shortNames: ['helmrepo'],
  category: 'fluxcd-sources',
  controller: 'source',
  servedVersion: 'v1',
  versions: ['v1alpha1', 'v1beta1', 'v1beta2', 'v1'],
  producesArtifact: true,
  description: 'An index of charts, or a registry that holds charts.',
  printerColumns: [
    { name: 'URL', type: 'string', jsonPath: '.spec.url' },
    AGE_COLUMN,
    ...READY_COLUMNS,
  ],
  spec,
  status,
});
