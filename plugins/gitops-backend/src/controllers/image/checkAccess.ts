import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  ImagePolicy,
  ImageRepository,
} from '@backstage-gitops/plugin-gitops-common';
import { CustomErrorBase } from '@backstage/errors';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';

/** An ImageRepository of another namespace does not let this one in. */
export class RepositoryDeniedError extends CustomErrorBase {
  readonly name = 'RepositoryDeniedError';
  readonly code = 'GITOPS_IMAGE_ACCESS_DENIED';
}

/**
 * `spec.accessFrom` of an ImageRepository says from which other namespaces it may
 * be referred to (Flux 2.9).
 *
 * @throws RepositoryDeniedError
 */
export async function checkAccess(
  run: ReconcileRun<ImagePolicy>,
  { metadata, spec }: ImageRepository,
): Promise<void> {
  const { namespace = 'default', name } = metadata;
  if (namespace === run.namespace) {
    return;
  }
  if (!spec.accessFrom) {
    throw new RepositoryDeniedError(
      `access denied: '${namespace}/${name}' can't be accessed due to missing ACL labels on 'accessFrom'`,
    );
  }
  const from = await run.home.read(
    { apiVersion: 'v1', kind: 'Namespace', name: run.namespace },
    { signal: run.signal },
  );
  const labels = (from as KubernetesObject | undefined)?.metadata.labels ?? {};
  const isAllowed = spec.accessFrom.namespaceSelectors.some(
    ({ matchLabels = {} }) =>
      Object.entries(matchLabels).every(
        ([label, value]) => labels[label] === value,
      ),
  );
  if (!isAllowed) {
    throw new RepositoryDeniedError(
      `access denied: '${namespace}/${name}' can't be accessed due to ACL labels mismatch on namespace '${run.namespace}'`,
    );
  }
}
