import type { ClusterClient } from '@backstage-gitops/kubernetes-apply';
import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { ClusterObject } from './ClusterObject';

/** What a container of a hook has said. */
export interface ContainerLog {
  namespace: string;
  pod: string;
  container: string;
  text: string;
}

type Pod = KubernetesObject & {
  spec?: { containers?: { name: string }[] };
};

/** Of the end of each log; what came before is left out. */
const TAIL_LINES = '1000';
const MAX_BYTES = String(256 * 1024);

/** The logs of a hook that is a Job or a Pod; those of others there are none. */
export async function readHookLogs(
  { ref }: ClusterObject,
  { client, signal }: { client: ClusterClient; signal?: AbortSignal },
): Promise<ContainerLog[]> {
  const { kind, name, namespace = 'default' } = ref;
  if (kind !== 'Job' && kind !== 'Pod') return [];
  const { items } = await client.list<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    namespace,
    ...(kind === 'Job'
      ? { labelSelector: `job-name=${name}` }
      : { fieldSelector: `metadata.name=${name}` }),
    signal,
  });
  const logs: ContainerLog[] = [];
  for (const { metadata, spec } of items) {
    for (const container of spec?.containers ?? []) {
      const { status, text } = await client.raw(
        `/api/v1/namespaces/${namespace}/pods/${metadata.name}/log`,
        {
          query: {
            container: container.name,
            tailLines: TAIL_LINES,
            limitBytes: MAX_BYTES,
          },
          signal,
        },
      );
      if (status === 200) {
        logs.push({
          ...{ namespace, text },
          pod: metadata.name,
          container: container.name,
        });
      }
    }
  }
  return logs;
}
