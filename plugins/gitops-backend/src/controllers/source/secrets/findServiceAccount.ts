import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  CloudServiceAccount,
  SourceHome,
} from '@backstage-gitops/plugin-gitops-node';

/**
 * A ServiceAccount of the namespace, with its tokens; undefined where there is none.
 */
export async function findServiceAccount(
  home: SourceHome,
  namespace: string,
  name: string,
): Promise<CloudServiceAccount | undefined> {
  const account = await home.get<KubernetesObject>({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    name,
  });
  return (
    account && {
      ...{ namespace, name },
      annotations: account.metadata.annotations ?? {},
      token: audiences => home.serviceAccountToken(name, audiences),
    }
  );
}
