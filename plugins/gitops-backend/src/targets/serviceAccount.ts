import { ClusterClient } from '@backstage-gitops/kubernetes-apply';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { CloudServiceAccount } from '@backstage-gitops/plugin-gitops-node';
import { TargetError } from './TargetError';

/** A token of a ServiceAccount, and how long it is good. */
export interface ServiceAccountToken {
  token: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** The ServiceAccount of an object's namespace that a target knows it by. */
export interface TargetServiceAccount extends CloudServiceAccount {
  uid: string;
  issue(audiences: readonly string[]): Promise<ServiceAccountToken>;
}

/**
 * Looks a ServiceAccount up in a home; tokens are asked for as the portal, which
 * must be allowed to create `serviceaccounts/token`.
 *
 * @throws TargetError where it is not there
 */
export async function readServiceAccount(options: {
  /** Of the home; used for tokens as long as the target is. */
  client: ClusterClient;
  namespace: string;
  name: string;
  signal: AbortSignal;
}): Promise<TargetServiceAccount> {
  const { client, namespace, name, signal } = options;
  const account = await client.get<KubernetesObject>(
    { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name },
    { signal, metadataOnly: true },
  );
  if (!account) {
    throw new TargetError(
      `ServiceAccount ${namespace}/${name} not found; create it, or correct serviceAccountName in the ConfigMap of spec.kubeConfig`,
    );
  }
  const issue = (audiences: readonly string[]) =>
    requestToken(client, { namespace, name }, audiences);
  return {
    ...{ namespace, name, issue },
    uid: account.metadata.uid ?? '',
    annotations: account.metadata.annotations ?? {},
    token: async audiences => (await issue(audiences)).token,
  };
}

/** Kubernetes' own TokenRequest; tokens live for an hour unless it says less. */
async function requestToken(
  client: ClusterClient,
  { namespace, name }: { namespace: string; name: string },
  audiences: readonly string[],
): Promise<ServiceAccountToken> {
  const segments = [namespace, 'serviceaccounts', name, 'token'];
  const { status, text } = await client.raw(
    `/api/v1/namespaces/${segments.map(encodeURIComponent).join('/')}`,
    {
      method: 'POST',
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: [...audiences] },
      },
    },
  );
  const answer = status < 300 ? readAnswer(text) : undefined;
  if (!answer) {
    throw new TargetError(
      status === 403
        ? `the portal may not ask for tokens of ServiceAccount ${namespace}/${name}; allow its own credential to create serviceaccounts/token there`
        : `the home gave no token for ServiceAccount ${namespace}/${name} (status ${status})`,
    );
  }
  return answer;
}

function readAnswer(text: string): ServiceAccountToken | undefined {
  try {
    const { token, expirationTimestamp } = JSON.parse(text).status;
    const expiresAt = Date.parse(expirationTimestamp);
    return typeof token === 'string' && Number.isFinite(expiresAt)
      ? { token, expiresAt }
      : undefined;
  } catch {
    return undefined;
  }
}
