import {
  isNotFound,
  KubernetesApiError,
} from '@backstage-gitops/kubernetes-apply';
import { Claim } from '@backstage-gitops/plugin-gitops-node';
import {
  FieldManager,
  FluxLabel,
  GitopsAnnotation,
  GitopsObject,
  PORTAL_PROVIDER_TYPES,
  ProviderSpec,
  providerKind,
} from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { Home } from '../homes/Home';
import { DeliveryError } from './DeliveryError';

/**
 * Applies a registered object to its home, as the ServiceAccount of its claim.
 * An object that a Kustomization delivers belongs to Git and is left alone; any
 * other is taken over.
 *
 * @throws {@link DeliveryError}
 */
export async function applyToHome(options: {
  home: Home;
  object: GitopsObject;
  claim: Claim;
  signal?: AbortSignal;
}): Promise<void> {
  const { home, object, claim, signal } = options;
  const namespace = object.metadata.namespace ?? 'default';
  const identity = home.deliveryIdentity({
    namespace,
    serviceAccountName: claim.serviceAccount,
  });
  if (!identity) {
    throw new DeliveryError({
      state: 'Rejected',
      code: 'NoIdentity',
      message: `the claim about this file names no ServiceAccount, and the home ${home.name} does not let the portal's own credential deliver; set serviceAccount in the claim`,
    });
  }
  const client = identity === 'portal' ? home.client : home.client.as(identity);
  try {
    const existing = await home.client.get(
      {
        apiVersion: object.apiVersion,
        kind: object.kind,
        namespace,
        name: object.metadata.name,
      },
      { signal, metadataOnly: true },
    );
    const labels = existing?.metadata.labels ?? {};
    const owner = labels[FluxLabel.kustomizationName];
    if (owner) {
      throw new DeliveryError({
        state: 'Rejected',
        code: 'ManagedElsewhere',
        message: `${object.kind} ${namespace}/${object.metadata.name} is delivered from Git by the Kustomization ${labels[FluxLabel.kustomizationNamespace] ?? namespace}/${owner}; change it there, or take it out there first`,
      });
    }
    await client.apply(object, {
      fieldManager: FieldManager.catalog,
      force: true,
      signal,
    });
  } catch (error) {
    assertError(error);
    if (error instanceof DeliveryError) {
      throw error;
    }
    const who = identity === 'portal' ? 'the portal' : identity.user;
    const isRefusal =
      error instanceof KubernetesApiError &&
      !isNotFound(error) &&
      (error.status === 400 || error.status === 422);
    throw new DeliveryError({
      state: isRefusal ? 'Rejected' : 'Failed',
      code: isRefusal ? 'ApplyRefused' : 'ApplyFailed',
      message: `the home ${home.name} did not take it from ${who}: ${error.message}${isRefusal ? hintOf(object) : ''}`,
    });
  }
}

/** Flux's own definitions do not know all that ours do. */
function hintOf({ kind, spec }: GitopsObject): string {
  const type =
    kind === providerKind.kind &&
    PORTAL_PROVIDER_TYPES.find(each => each === (spec as ProviderSpec).type);
  return type
    ? `; where the definitions of the home do not know the type ${type}, use type generic with the annotation ${GitopsAnnotation.provider}: ${type}`
    : '';
}
