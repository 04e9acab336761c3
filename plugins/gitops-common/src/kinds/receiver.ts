import { CommonStatus, GitopsObject, JsonValue } from '../objects';
import { AGE_COLUMN, defineKind, READY_COLUMNS } from './kind';
import {
  CrossNamespaceObjectReference,
  crossNamespaceFields,
} from './notified';
import { LocalObjectReference, localRef } from './references';
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
  conditions,
  lastHandledReconcileAt,
  observedGeneration,
  UNOBSERVED,
} from './status';

/**
 * Receiver, notification.toolkit.fluxcd.io/v1 (Flux 2.9): a webhook that wakes
 * objects.
 *
 * @public
 */
export type Receiver = GitopsObject<ReceiverSpec, ReceiverStatus>;

/**
 * Forms of webhooks that are understood (Flux 2.9).
 *
 * @public
 */
export const RECEIVER_TYPES = [
  'generic',
  'generic-hmac',
  'generic-oidc',
  'github',
  'gitlab',
  'bitbucket',
  'harbor',
  'dockerhub',
  'quay',
  'gcr',
  'nexus',
  'acr',
  'cdevents',
] as const;

/** @public */
export interface ReceiverSpec {
  type: (typeof RECEIVER_TYPES)[number];
  /** Default: all. */
  events?: string[];
  resources: ReceiverResource[];
  /** CEL over `res`, `req` and `claims`. */
  resourceFilter?: string;
  /** With all types but `generic-oidc`. */
  secretRef?: LocalObjectReference;
  /** With `generic-oidc` and only then. */
  oidcProviders?: OidcProvider[];
  /** Go duration; default 10m. */
  interval?: string;
  suspend?: boolean;
}

/** @public */
export interface ReceiverResource extends CrossNamespaceObjectReference {
  /** CEL; must hold besides `resourceFilter`. */
  filter?: string;
}

/** @public */
export interface OidcProvider {
  issuerURL: string;
  /** Default `notification-controller`. */
  audience?: string;
  variables?: { name: string; expression: string }[];
  validations: { expression: string; message: string }[];
}

/** @public */
export interface ReceiverStatus extends CommonStatus {
  /** `/hook/<sha256>`; whoever knows it may call it. */
  webhookPath?: string;
}

function hasItems(value: JsonValue | undefined): boolean {
  return Array.isArray(value) && value.length > 0;
}

const oidcProvider = object<OidcProvider>('One issuer of tokens.', {
  issuerURL: required(
    string('Address of the issuer.', {
      pattern: '^https?://',
      allowed: 'an address that begins with http:// or https://',
      sensitive: 'url',
    }),
  ),
  audience: string(
    'Audience that a token must have; notification-controller if left out.',
  ),
  variables: list(
    'Expressions that validations may use by name.',
    object<NonNullable<OidcProvider['variables']>[number]>('One variable.', {
      name: required(string('Its name.')),
      expression: required(string('CEL over the claims.')),
    }),
  ),
  validations: required(
    list(
      'Conditions over the claims; all must hold.',
      object<OidcProvider['validations'][number]>('One condition.', {
        expression: required(string('CEL over the claims.')),
        message: required(string('What to say when it does not hold.')),
      }),
      { minItems: 1 },
    ),
  ),
});

const spec = object<ReceiverSpec>(
  'Which webhook is received and what it wakes.',
  {
    type: required(choice('Form of the webhook.', RECEIVER_TYPES)),
    events: list('Events that count; all if left out.', string('An event.')),
    resources: required(
      list(
        'Objects to wake.',
        object<ReceiverResource>('One object, or all of a kind.', {
          ...crossNamespaceFields,
          filter: string('CEL that must hold for the object.'),
        }),
      ),
    ),
    resourceFilter: string(
      'CEL over res, req and claims that must hold for an object.',
    ),
    secretRef: localRef('Secret with the token of the webhook.'),
    oidcProviders: list('Issuers whose tokens are taken.', oidcProvider, {
      listType: 'map',
      listMapKeys: ['issuerURL'],
    }),
    interval: duration('Time between two looks at the Secret.', {
      default: '10m',
    }),
    suspend: boolean('Stops receiving.'),
  },
  {
    rules: [
      {
        rule: "self.type != 'generic-oidc' || (has(self.oidcProviders) && self.oidcProviders.size() > 0)",
        message: "needs at least one entry with the type 'generic-oidc'",
        field: 'oidcProviders',
        check: self =>
          self.type !== 'generic-oidc' || hasItems(self.oidcProviders),
      },
      {
        rule: "self.type == 'generic-oidc' || !(has(self.oidcProviders) && self.oidcProviders.size() > 0)",
        message: "is allowed only with the type 'generic-oidc'",
        field: 'oidcProviders',
        check: self =>
          self.type === 'generic-oidc' || !hasItems(self.oidcProviders),
      },
      {
        rule: "!(self.type == 'generic-oidc' && has(self.secretRef))",
        message: "is not allowed with the type 'generic-oidc'",
        field: 'secretRef',
        check: self =>
          self.type !== 'generic-oidc' || self.secretRef === undefined,
      },
      {
        rule: "self.type == 'generic-oidc' || has(self.secretRef)",
        message: "is required with all types but 'generic-oidc'",
        field: 'secretRef',
        check: self =>
          self.type === 'generic-oidc' || self.secretRef !== undefined,
      },
    ],
  },
);

const status = object<ReceiverStatus>(
  'Where the webhook is received and how it went.',
  {
    observedGeneration,
    conditions,
    lastHandledReconcileAt,
    webhookPath: string('Path of the webhook; whoever knows it may call it.'),
  },
  UNOBSERVED,
);

/** @public */
export const receiverKind = defineKind({
  kind: 'Receiver',
  group: 'notification.toolkit.fluxcd.io',
  plural: 'receivers',
  shortNames: [],
  category: 'fluxcd-notifications',
  controller: 'notification',
  servedVersion: 'v1',
  versions: ['v1alpha1', 'v1beta1', 'v1beta2', 'v1'],
  description: 'A webhook that wakes objects.',
  printerColumns: [AGE_COLUMN, ...READY_COLUMNS],
  spec,
  status,
});
