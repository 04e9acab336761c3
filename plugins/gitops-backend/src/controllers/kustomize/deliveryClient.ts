import { ClusterClient } from '@backstage-gitops/kubernetes-apply';
import { Kustomization } from '@backstage-gitops/plugin-gitops-common';
import { CustomErrorBase } from '@backstage/errors';
import { Home } from '../../homes/Home';

/** Nobody is named whom a delivery may act as. */
export class NoDeliveryIdentityError extends CustomErrorBase {
  readonly name = 'NoDeliveryIdentityError';
  readonly code = 'GITOPS_NO_DELIVERY_IDENTITY';

  constructor(home: string) {
    super(
      `no ServiceAccount to deliver as: set spec.serviceAccountName, or let an administrator set reconcileAs of the home ${home}`,
    );
  }
}

/**
 * The client that a delivery writes with: as its ServiceAccount, or with the
 * portal's own credential only where the home allows that.
 */
export function deliveryClient(
  home: Home,
  object: Kustomization,
): ClusterClient {
  const identity = home.deliveryIdentity({
    namespace: object.metadata.namespace ?? 'default',
    serviceAccountName: object.spec.serviceAccountName,
  });
  if (!identity) {
    throw new NoDeliveryIdentityError(home.name);
  }
  const client = identity === 'portal' ? home.client : home.client.as(identity);
  const { namespace, name } = object.metadata;
  return client.onBehalfOf(`Kustomization/${namespace}/${name}`);
}
