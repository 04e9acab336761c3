import { LoggerService } from '@backstage/backend-plugin-api';
import { ClusterClient } from '@backstage-gitops/kubernetes-apply';
import { crdOf, GitopsKind } from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';

/** Marks the CRDs that this suite installed, and so may bring up to date. */
export const INSTALLED_BY = 'backstage-gitops.io/installed-by';
const MANAGER = 'backstage-gitops';

/**
 * Installs the CRDs that a home lacks and brings those up to date that this
 * suite installed. CRDs of anybody else, such as Flux's own, stay as they are.
 * Gives the names of those that were installed anew.
 */
export async function installCrds(options: {
  client: ClusterClient;
  kinds: readonly GitopsKind[];
  logger: LoggerService;
  signal?: AbortSignal;
}): Promise<string[]> {
  const installed: string[] = [];
  for (const kind of options.kinds) {
    options.signal?.throwIfAborted();
    const crd = crdOf(kind) as KubernetesObject;
    const { name } = crd.metadata;
    const existing = await options.client.get<KubernetesObject>({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      name,
    });
    if (existing && existing.metadata.labels?.[INSTALLED_BY] !== MANAGER) {
      continue;
    }
    await options.client.apply(
      {
        ...crd,
        metadata: { ...crd.metadata, labels: { [INSTALLED_BY]: MANAGER } },
      },
      { fieldManager: MANAGER, force: true },
    );
    if (!existing) {
      installed.push(name);
      options.logger.info(`Installed the CRD ${name}`);
    }
  }
  return installed;
}
