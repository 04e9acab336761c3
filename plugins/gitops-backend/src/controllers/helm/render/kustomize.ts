import { build, MemoryFileSystem } from '@backstage-gitops/kustomize';
import { stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import type { KustomizeChange } from './postRenderPlan';

const INPUT = 'helm-output.yaml';

/**
 * Changes a stream of objects by a kustomization, as Flux 2.9 does: its patches,
 * then its images.
 *
 * @throws KustomizeError
 */
export function kustomize(
  text: string,
  { patches, images }: KustomizeChange,
): string {
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [INPUT],
    ...(images && { images }),
    ...(patches && {
      patches: patches.map(({ patch, target }) => ({
        patch,
        ...(target && { target }),
      })),
    }),
  };
  return build({
    fileSystem: new MemoryFileSystem({
      [`/${INPUT}`]: text,
      '/kustomization.yaml': stringifyJson(kustomization),
    }),
    path: '/',
    options: { reorder: 'none', loadRestrictions: 'none' },
  }).toYaml();
}
