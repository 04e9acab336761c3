import { isJsonObject } from '@backstage-gitops/kubernetes-yaml';
import { Artifact } from '../artifact';
import { CommonStatus, GitopsObject, JsonObject } from '../objects';
import { AGE_COLUMN, defineKind, READY_COLUMNS } from './kind';
import { LocalObjectReference, localRef } from './references';
import {
  boolean,
  CelRule,
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
 * Bucket, source.toolkit.fluxcd.io/v1 (Flux 2.9): the objects of a bucket.
 *
 * @public
 */
export type Bucket = GitopsObject<BucketSpec, BucketStatus>;

/** @public */
export interface BucketSpec {
  bucketName: string;
  /** Host, with an optional port. */
  endpoint: string;
  /** Go duration. */
  interval: string;
  /** Go duration, no hours; default 60s. */
  timeout?: string;
  /** Default `generic`, which is S3. */
  provider?: 'generic' | 'aws' | 'gcp' | 'azure';
  region?: string;
  /** Only objects whose key begins so. */
  prefix?: string;
  sts?: BucketSTS;
  secretRef?: LocalObjectReference;
  /** Not with `secretRef`, nor with provider `generic`. */
  serviceAccountName?: string;
  certSecretRef?: LocalObjectReference;
  proxySecretRef?: LocalObjectReference;
  ignore?: string;
  /** Plain http. */
  insecure?: boolean;
  suspend?: boolean;
}

/**
 * A service that hands out credentials for a while.
 *
 * @public
 */
export interface BucketSTS {
  provider: 'aws' | 'ldap';
  /** http or https. */
  endpoint: string;
  /** With `ldap` only. */
  secretRef?: LocalObjectReference;
  /** With `ldap` only. */
  certSecretRef?: LocalObjectReference;
}

/** @public */
export interface BucketStatus extends CommonStatus {
  artifact?: Artifact;
  url?: string;
  observedIgnore?: string;
}

function stsOf(self: JsonObject): JsonObject | undefined {
  return isJsonObject(self.sts) ? self.sts : undefined;
}

const rules: CelRule[] = [
  {
    rule: "!has(self.sts) || self.provider in ['aws', 'generic']",
    message: "is allowed only with provider 'aws' or 'generic'",
    field: 'sts',
    check: self =>
      !stsOf(self) || self.provider === 'aws' || self.provider === 'generic',
  },
  {
    rule: "!has(self.sts) || self.provider != 'aws' || self.sts.provider == 'aws'",
    message: "must be 'aws' with the provider 'aws'",
    field: 'sts.provider',
    check: self =>
      self.provider !== 'aws' || (stsOf(self)?.provider ?? 'aws') === 'aws',
  },
  {
    rule: "!has(self.sts) || self.provider != 'generic' || self.sts.provider == 'ldap'",
    message: "must be 'ldap' with the provider 'generic'",
    field: 'sts.provider',
    check: self =>
      self.provider !== 'generic' ||
      (stsOf(self)?.provider ?? 'ldap') === 'ldap',
  },
  ...(['secretRef', 'certSecretRef'] as const).map((name): CelRule => ({
    rule: `!has(self.sts) || self.sts.provider != 'aws' || !has(self.sts.${name})`,
    message: "is not used with the STS provider 'aws'; remove it",
    field: `sts.${name}`,
    check: self =>
      stsOf(self)?.provider !== 'aws' || stsOf(self)?.[name] === undefined,
  })),
  {
    rule: "!has(self.serviceAccountName) || self.provider != 'generic'",
    message: "is not supported with the provider 'generic'",
    field: 'serviceAccountName',
    check: self =>
      self.provider !== 'generic' || self.serviceAccountName === undefined,
  },
  {
    rule: '!(has(self.secretRef) && has(self.serviceAccountName))',
    message: 'secretRef and serviceAccountName exclude each other',
    check: self =>
      self.secretRef === undefined || self.serviceAccountName === undefined,
  },
];

const spec = object<BucketSpec>(
  'What to fetch, how often and with which credentials.',
  {
    bucketName: required(string('Name of the bucket.')),
    endpoint: required(string('Host of the service, with an optional port.')),
    interval: required(
      duration('Time between two looks at the bucket, give or take a little.'),
    ),
    timeout: timeout('Bound of each operation on the bucket.', {
      default: '60s',
    }),
    provider: choice(
      'Which service it is; generic is anything that speaks S3.',
      ['generic', 'aws', 'gcp', 'azure'],
      { default: 'generic' },
    ),
    region: string('Region of the bucket.'),
    prefix: string('Prefix that the keys of the objects must have.'),
    sts: object<BucketSTS>('Service that hands out credentials for a while.', {
      provider: required(choice('Kind of the service.', ['aws', 'ldap'])),
      endpoint: required(
        string('Address of the service.', {
          pattern: '^(http|https)://.*$',
          allowed: 'an address that begins with http:// or https://',
          sensitive: 'url',
        }),
      ),
      secretRef: localRef('Secret with username and password, for ldap.'),
      certSecretRef: localRef(
        'Secret with tls.crt and tls.key, or ca.crt, for ldap.',
      ),
    }),
    secretRef: localRef('Secret with the credentials of the service.'),
    serviceAccountName: string('ServiceAccount whose cloud identity is used.'),
    certSecretRef: localRef('Secret with tls.crt and tls.key, or ca.crt.'),
    proxySecretRef: localRef(
      'Secret with the proxy to use: address, username, password.',
    ),
    ignore: string(
      'Patterns of gitignore for what stays out of the artifact. Any pattern switches the default list off.',
    ),
    insecure: boolean('Whether plain http is allowed.'),
    suspend: boolean('Stops fetching; the last artifact stays available.'),
  },
  { rules },
);

const status = object<BucketStatus>(
  'What was fetched and how it went.',
  {
    observedGeneration,
    conditions,
    lastHandledReconcileAt,
    artifact: artifact('The last artifact that was made.'),
    url: string('Address under which the last artifact can be fetched.'),
    observedIgnore: string('spec.ignore of the present artifact.'),
  },
  UNOBSERVED,
);

/** @public */
export const bucketKind = defineKind({
  kind: 'Bucket',
  group: 'source.toolkit.fluxcd.io',
  plural: 'buckets',
  shortNames: [],
  category: 'fluxcd-sources',
  controller: 'source',
  servedVersion: 'v1',
  versions: ['v1alpha1', 'v1beta1', 'v1beta2', 'v1'],
  producesArtifact: true,
  description: 'The objects of a bucket.',
  printerColumns: [
    { name: 'Endpoint', type: 'string', jsonPath: '.spec.endpoint' },
    AGE_COLUMN,
    ...READY_COLUMNS,
  ],
  spec,
  status,
});
