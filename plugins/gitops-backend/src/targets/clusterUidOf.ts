import { ClusterClient } from '@backstage-gitops/kubernetes-apply';
import { TargetError } from './TargetError';

/** Metadata alone, or all of it where a server cannot do that. */
const METADATA =
  'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';

/**
 * Which cluster answers: the UID of its namespace `kube-system`; undefined where
 * that may not be seen. One request, and the first to a cluster, so that it tells
 * what is wrong with address and credential, too.
 *
 * @throws ClusterError where it does not answer, TargetError for what it says
 */
export async function clusterUidOf(
  client: ClusterClient,
  options: { signal: AbortSignal },
): Promise<string | undefined> {
  const { status, text } = await client.raw('/api/v1/namespaces/kube-system', {
    headers: { Accept: METADATA },
    signal: options.signal,
  });
  if (status === 401) {
    throw new TargetError(
      `${client.server} does not know the credential (401 Unauthorized); it may have expired, or been revoked, or be meant for others`,
    );
  }
  if (status >= 500 || status === 429) {
    throw new TargetError(
      `${client.server} answers with status ${status}; the cluster is asked again later`,
    );
  }
  return status < 300 ? uidIn(text, client.server) : undefined;
}

function uidIn(text: string, server: string): string | undefined {
  try {
    const uid: unknown = JSON.parse(text).metadata.uid;
    return typeof uid === 'string' ? uid : undefined;
  } catch {
    throw new TargetError(
      `${server} does not answer as a Kubernetes API; check the address`,
    );
  }
}
