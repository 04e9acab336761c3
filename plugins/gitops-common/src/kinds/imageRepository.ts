import { CommonStatus, GitopsObject } from '../objects';
import { AccessFrom, accessFrom } from './access';
import { AGE_COLUMN, defineKind, READY_COLUMNS } from './kind';
import { LocalObjectReference, localRef } from './references';
import {
  boolean,
  choice,
  dateTime,
  duration,
  integer,
  list,
  object,
  required,
  string,
  timeout,
} from './schema';
import {
  conditions,
  lastHandledReconcileAt,
  observedGeneration,
  UNOBSERVED,
} from './status';

/**
 * ImageRepository, image.toolkit.fluxcd.io/v1 (Flux 2.9): the tags of an image.
 *
 * @public
 */
export type ImageRepository = GitopsObject<
  ImageRepositorySpec,
  ImageRepositoryStatus
>;

/** @public */
export interface ImageRepositorySpec {
  /** Without scheme, tag and digest. */
  image: string;
  /** Go duration. */
  interval: string;
  /** Go duration, no hours; default `interval`. */
  timeout?: string;
  secretRef?: LocalObjectReference;
  serviceAccountName?: string;
  certSecretRef?: LocalObjectReference;
  proxySecretRef?: LocalObjectReference;
  /** Default `generic`. */
  provider?: 'generic' | 'aws' | 'azure' | 'gcp';
  insecure?: boolean;
  /** Regular expressions, at most 25; default those of cosign's signatures. */
  exclusionList?: string[];
  accessFrom?: AccessFrom;
  suspend?: boolean;
}

/** @public */
export interface ImageScanResult {
  tagCount: number;
  scanTime?: string;
  revision?: string;
  /** At most ten, in descending order. */
  latestTags?: string[];
}

/** @public */
export interface ImageRepositoryStatus extends CommonStatus {
  canonicalImageName?: string;
  lastScanResult?: ImageScanResult;
  observedExclusionList?: string[];
}

const spec = object<ImageRepositorySpec>(
  'Which image to scan, how often and with which credentials.',
  {
    image: required(
      string('Name of the image, without scheme, tag and digest.'),
    ),
    interval: required(duration('Time between two scans.')),
    timeout: timeout('Bound of a scan; interval if left out.'),
    secretRef: localRef('Secret with the credentials of the registry.'),
    serviceAccountName: string(
      'ServiceAccount whose pull secrets or cloud identity are used.',
      { maxLength: 253 },
    ),
    certSecretRef: localRef('Secret with tls.crt and tls.key, or ca.crt.'),
    proxySecretRef: localRef(
      'Secret with the proxy to use: address, username, password.',
    ),
    provider: choice(
      'Where credentials come from; generic means secretRef and serviceAccountName.',
      ['generic', 'aws', 'azure', 'gcp'],
      { default: 'generic' },
    ),
    insecure: boolean('Whether plain http is allowed.'),
    exclusionList: list(
      'Regular expressions of tags to leave out.',
      string('A regular expression.'),
      { maxItems: 25, default: ['^.*\\.sig$'] },
    ),
    accessFrom: accessFrom('Namespaces whose policies may use the scan.'),
    suspend: boolean('Stops scanning; the last tags stay known.'),
  },
);

const status = object<ImageRepositoryStatus>(
  'Which tags were found and how it went.',
  {
    observedGeneration,
    conditions,
    lastHandledReconcileAt,
    canonicalImageName: string('Name of the image with its registry.'),
    lastScanResult: object<ImageScanResult>('What the last scan found.', {
      tagCount: required(integer('Number of tags.')),
      scanTime: dateTime('When it was.'),
      revision: string('Digest of all tags.'),
      latestTags: list(
        'The first ten tags, in descending order.',
        string('A tag.'),
      ),
    }),
    observedExclusionList: list(
      'spec.exclusionList of the last scan.',
      string('A regular expression.'),
    ),
  },
  UNOBSERVED,
);

/** @public */
export const imageRepositoryKind = defineKind({
  kind: 'ImageRepository',
  group: 'image.toolkit.fluxcd.io',
  plural: 'imagerepositories',
  shortNames: ['imgrepo', 'imagerepo'],
  category: 'fluxcd-images',
  controller: 'image',
  servedVersion: 'v1',
  versions: ['v1alpha1', 'v1alpha2', 'v1beta1', 'v1beta2', 'v1'],
  description: 'The tags of an image.',
  printerColumns: [
    { name: 'Image', type: 'string', jsonPath: '.spec.image' },
    {
      name: 'Tags',
      type: 'string',
      jsonPath: '.status.lastScanResult.tagCount',
    },
    ...READY_COLUMNS,
    {
      name: 'Last scan',
      type: 'string',
      jsonPath: '.status.lastScanResult.scanTime',
      priority: 1,
    },
    AGE_COLUMN,
  ],
  spec,
  status,
});
