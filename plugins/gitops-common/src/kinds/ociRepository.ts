import { Artifact } from '../artifact';
import { CommonStatus, GitopsObject } from '../objects';
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
import { OciVerification, ociVerificationFields } from './verification';

/**
 * OCIRepository, source.toolkit.fluxcd.io/v1 (Flux 2.9): a layer of an OCI
 * artifact.
 *
 * @public
 */
export type OCIRepository = GitopsObject<
  OCIRepositorySpec,
  OCIRepositoryStatus
>;

/** @public */
export interface OCIRepositorySpec {
  /** `oci://…`, without a tag. */
  url: string;
  /** Go duration. */
  interval: string;
  /** Go duration, no hours; default 60s. */
  timeout?: string;
  ref?: OCIRepositoryRef;
  layerSelector?: OCILayerSelector;
  /** Default `generic`. */
  provider?: 'generic' | 'aws' | 'azure' | 'gcp';
  /** A registry secret. */
  secretRef?: LocalObjectReference;
  /** ServiceAccount with image pull secrets or a cloud identity. */
  serviceAccountName?: string;
  certSecretRef?: LocalObjectReference;
  proxySecretRef?: LocalObjectReference;
  verify?: OCIRepositoryVerification;
  /** Lines of gitignore. */
  ignore?: string;
  /** Plain http. */
  insecure?: boolean;
  suspend?: boolean;
}

/**
 * What to pull: the first that is set of digest, semver, tag.
 *
 * @public
 */
export interface OCIRepositoryRef {
  digest?: string;
  semver?: string;
  /** Regular expression over tags, before `semver`. */
  semverFilter?: string;
  /** Default `latest`. */
  tag?: string;
}

/** @public */
export interface OCILayerSelector {
  mediaType?: string;
  /** Default `extract`. */
  operation?: 'extract' | 'copy';
}

/** @public */
export interface OCIRepositoryVerification extends OciVerification {
  trustedRootSecretRef?: LocalObjectReference;
}

/** @public */
export interface OCIRepositoryStatus extends CommonStatus {
  artifact?: Artifact;
  url?: string;
  observedIgnore?: string;
  observedLayerSelector?: OCILayerSelector;
}

const layerSelector = object<OCILayerSelector>(
  'Which layer to take, and how; the first one if left out.',
  {
    mediaType: string('Media type of the layer; the first match is taken.'),
    operation: choice(
      'Whether the layer is unpacked (extract) or stored as it is (copy).',
      ['extract', 'copy'],
    ),
  },
);

const spec = object<OCIRepositorySpec>(
  'What to pull, how often and with which credentials.',
  {
    url: required(
      string('Address of the repository in a registry, without a tag.', {
        pattern: '^oci://.*$',
        allowed: 'an address that begins with oci://',
        sensitive: 'url',
      }),
    ),
    interval: required(
      duration(
        'Time between two looks at the registry, give or take a little.',
      ),
    ),
    timeout: timeout('Bound of each operation on the registry.', {
      default: '60s',
    }),
    ref: object<OCIRepositoryRef>('What to pull; the tag latest if left out.', {
      digest: string('Digest of the manifest; it wins over the others.'),
      semver: string('Range of versions; the highest matching tag is taken.'),
      semverFilter: string(
        'Regular expression that tags must match before the range counts.',
      ),
      tag: string('Tag; latest if left out.'),
    }),
    layerSelector,
    provider: choice(
      'Where credentials come from; generic means secretRef and serviceAccountName.',
      ['generic', 'aws', 'azure', 'gcp'],
      { default: 'generic' },
    ),
    secretRef: localRef('Secret with the credentials of the registry.'),
    serviceAccountName: string(
      'ServiceAccount whose pull secrets or cloud identity are used.',
    ),
    certSecretRef: localRef('Secret with tls.crt and tls.key, or ca.crt.'),
    proxySecretRef: localRef(
      'Secret with the proxy to use: address, username, password.',
    ),
    verify: object<OCIRepositoryVerification>(
      'Which signatures must be valid before an artifact is made.',
      {
        ...ociVerificationFields,
        trustedRootSecretRef: localRef(
          'Secret with a trusted root of Sigstore, for instances of your own.',
        ),
      },
    ),
    ignore: string(
      'Patterns of gitignore for what stays out of the artifact. Any pattern switches the default list off.',
    ),
    insecure: boolean('Whether plain http is allowed.'),
    suspend: boolean('Stops pulling; the last artifact stays available.'),
  },
);

const status = object<OCIRepositoryStatus>(
  'What was pulled and how it went.',
  {
    observedGeneration,
    conditions,
    lastHandledReconcileAt,
    artifact: artifact('The last artifact that was made.'),
    url: string('Address under which the last artifact can be fetched.'),
    observedIgnore: string('spec.ignore of the present artifact.'),
    observedLayerSelector: layerSelector,
  },
  UNOBSERVED,
);

/** @public */
export const ociRepositoryKind = defineKind({
  kind: 'OCIRepository',
  group: 'source.toolkit.fluxcd.io',
  plural: 'ocirepositories',
  shortNames: ['ocirepo'],
  category: 'fluxcd-sources',
  controller: 'source',
  servedVersion: 'v1',
  versions: ['v1beta2', 'v1'],
  producesArtifact: true,
  description: 'A layer of an OCI artifact.',
  printerColumns: [
    { name: 'URL', type: 'string', jsonPath: '.spec.url' },
    ...READY_COLUMNS,
    AGE_COLUMN,
  ],
  spec,
  status,
});
