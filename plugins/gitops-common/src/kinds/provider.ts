import { GitopsObject } from '../objects';
import { AGE_COLUMN, defineKind } from './kind';
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

/**
 * Provider, notification.toolkit.fluxcd.io/v1beta3 (Flux 2.9): how events are
 * sent. It has no status.
 *
 * @public
 */
export type Provider = GitopsObject<ProviderSpec, never>;

/**
 * Services that events can be sent to (Flux 2.9).
 *
 * @public
 */
export const PROVIDER_TYPES = [
  'slack',
  'discord',
  'msteams',
  'rocket',
  'generic',
  'generic-hmac',
  'github',
  'gitlab',
  'gitea',
  'giteapullrequestcomment',
  'bitbucketserver',
  'bitbucket',
  'azuredevops',
  'googlechat',
  'googlepubsub',
  'webex',
  'sentry',
  'azureeventhub',
  'telegram',
  'lark',
  'matrix',
  'opsgenie',
  'alertmanager',
  'grafana',
  'githubdispatch',
  'githubpullrequestcomment',
  'gitlabmergerequestcomment',
  'pagerduty',
  'datadog',
  'nats',
  'zulip',
  'otel',
  'zoom',
  'incident.io',
] as const;

/**
 * Types that Flux and its definitions do not know.
 *
 * @public
 */
export const PORTAL_PROVIDER_TYPES = ['email', 'backstage'] as const;

/** Services that show the status of a commit. */
const COMMIT_STATUS_TYPES: readonly string[] = [
  'github',
  'gitlab',
  'gitea',
  'bitbucketserver',
  'bitbucket',
  'azuredevops',
];

/** @public */
export interface ProviderSpec {
  type:
    (typeof PROVIDER_TYPES)[number] | (typeof PORTAL_PROVIDER_TYPES)[number];
  /** Often a secret in itself. The key `address` of the Secret wins. */
  address?: string;
  channel?: string;
  username?: string;
  /** Go duration, no hours; default 15s. */
  timeout?: string;
  secretRef?: LocalObjectReference;
  certSecretRef?: LocalObjectReference;
  proxySecretRef?: LocalObjectReference;
  /** Older form of `proxySecretRef`. */
  proxy?: string;
  serviceAccountName?: string;
  /** CEL over `event`, `alert` and `provider` that gives the name of the status. */
  commitStatusExpr?: string;
  /** Without effect. */
  interval?: string;
  suspend?: boolean;
}

const spec = object<ProviderSpec>(
  'Which service to send to and with which credentials.',
  {
    type: required(
      choice('The service.', [...PROVIDER_TYPES, ...PORTAL_PROVIDER_TYPES], {
        allowed:
          'or one that a module brings, with type generic and the annotation backstage-gitops.io/provider',
      }),
    ),
    address: string(
      'Address of the service, or what stands for it there; the key address of the Secret wins.',
      { maxLength: 2048, sensitive: true },
    ),
    channel: string('Channel, room, topic or the like.', { maxLength: 2048 }),
    username: string('Name to send as.', { maxLength: 2048 }),
    timeout: timeout('Bound of each message; 15s if left out.'),
    secretRef: localRef('Secret with address, token, headers and the like.'),
    certSecretRef: localRef('Secret with tls.crt and tls.key, or ca.crt.'),
    proxySecretRef: localRef(
      'Secret with the proxy to use: address, username, password.',
    ),
    proxy: string('Proxy to use.', {
      maxLength: 2048,
      pattern: '^(http|https)://.*$',
      allowed: 'an address that begins with http:// or https://',
      sensitive: 'url',
      deprecated: 'use proxySecretRef',
    }),
    serviceAccountName: string('ServiceAccount whose cloud identity is used.'),
    commitStatusExpr: string(
      'CEL over event, alert and provider that gives the name of a commit status.',
    ),
    interval: duration('Without effect.', { deprecated: 'it has no effect' }),
    suspend: boolean('Stops sending.'),
  },
  {
    rules: [
      {
        rule: `!has(self.commitStatusExpr) || self.type in [${COMMIT_STATUS_TYPES.map(
          type => `'${type}'`,
        ).join(', ')}]`,
        message: `is allowed only with the types ${COMMIT_STATUS_TYPES.join(', ')}`,
        field: 'commitStatusExpr',
        check: ({ type, commitStatusExpr }) =>
          commitStatusExpr === undefined ||
          COMMIT_STATUS_TYPES.includes(String(type)),
      },
    ],
  },
);

/** @public */
export const providerKind = defineKind({
  kind: 'Provider',
  group: 'notification.toolkit.fluxcd.io',
  plural: 'providers',
  shortNames: [],
  category: 'fluxcd-notifications',
  controller: 'notification',
  servedVersion: 'v1beta3',
  versions: ['v1alpha1', 'v1beta1', 'v1beta2', 'v1beta3'],
  description: 'How events are sent.',
  printerColumns: [AGE_COLUMN],
  spec,
});
