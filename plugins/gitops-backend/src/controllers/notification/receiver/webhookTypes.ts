import { ReceiverSpec } from '@backstage-gitops/plugin-gitops-common';
import { TokenVerifier } from './TokenVerifier';
import { cdevents } from './types/cdevents/cdevents';
import { gcr } from './types/gcr';
import { generic, genericHmac } from './types/generic';
import { bitbucket, github } from './types/hub';
import { genericOidc } from './types/oidc';
import { acr, dockerhub, nexus, quay } from './types/registries';
import { gitlab, harbor } from './types/tokens';
import { WebhookType } from './WebhookCall';

const TYPES: Readonly<
  Record<Exclude<ReceiverSpec['type'], 'generic-oidc' | 'gcr'>, WebhookType>
> = {
  generic,
  'generic-hmac': genericHmac,
  github,
  gitlab,
  bitbucket,
  harbor,
  dockerhub,
  quay,
  nexus,
  acr,
  cdevents,
};

/** How the calls of a Receiver are told from those of others. */
export function webhookTypeOf(
  { type, oidcProviders = [] }: ReceiverSpec,
  verifier: TokenVerifier,
): WebhookType {
  switch (type) {
    case 'generic-oidc':
      return genericOidc(verifier, oidcProviders);
    case 'gcr':
      return gcr(verifier);
    default:
      return TYPES[type];
  }
}
