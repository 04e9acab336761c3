import { KubernetesApiError } from '@backstage-gitops/kubernetes-apply';
import type { ReleaseContext } from './ReleaseContext';

/** Makes the namespace of a release, unless it is there. */
export async function createNamespace(
  { client, fieldManager, signal }: ReleaseContext,
  name: string,
): Promise<void> {
  try {
    await client.create(
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, labels: { name } },
      },
      { fieldManager, signal },
    );
  } catch (error) {
    if (
      !(error instanceof KubernetesApiError) ||
      error.code !== 'already-exists'
    ) {
      throw error;
    }
  }
}
