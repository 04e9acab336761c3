import {
  CommonStatus,
  GitopsObject,
  KubeConfigReference,
} from '@backstage-gitops/plugin-gitops-common';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';

type Run = ReconcileRun<
  GitopsObject<
    { kubeConfig?: KubeConfigReference; serviceAccountName?: string },
    CommonStatus
  >
>;

/**
 * The ServiceAccount that a delivery acts as, where it is not there any more;
 * undefined for the portal, and for another cluster, whose RBAC decides. (Flux 2.9
 * looks for that of a Kustomization in the home then, too, and leaves behind what it
 * applied where it is not there.)
 */
export async function missingAccount(run: Run): Promise<string | undefined> {
  const { home, object, namespace } = run;
  if (object.spec.kubeConfig) {
    return undefined;
  }
  const identity = home.deliveryIdentity({
    namespace,
    serviceAccountName: object.spec.serviceAccountName,
  });
  const name =
    typeof identity === 'object' ? identity.user.split(':').pop() : undefined;
  if (name === undefined) {
    return undefined;
  }
  const ref = { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name };
  return (await home.client.get(ref)) === undefined ? name : undefined;
}
