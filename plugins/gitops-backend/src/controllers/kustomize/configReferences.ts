import {
  GitopsObject,
  Kustomization,
} from '@backstage-gitops/plugin-gitops-common';
import { CONFIG_KINDS } from '../../homes/ConfigWatch';
import { ObjectReference } from '../../homes/ObjectReference';

/**
 * The ConfigMaps and Secrets whose values a Kustomization is delivered with, in
 * its own namespace (those that Flux 2.9 watches).
 */
export function configReferences({
  metadata,
  spec,
}: Kustomization): ObjectReference[] {
  const { namespace = 'default' } = metadata;
  const { kubeConfig, decryption, postBuild } = spec;
  const secret = (name: string) => ({ kind: 'Secret', name });
  return [
    ...(kubeConfig?.secretRef ? [secret(kubeConfig.secretRef.name)] : []),
    ...(kubeConfig?.configMapRef
      ? [{ kind: 'ConfigMap', name: kubeConfig.configMapRef.name }]
      : []),
    ...(decryption?.secretRef ? [secret(decryption.secretRef.name)] : []),
    ...(postBuild?.substituteFrom ?? []).map(({ kind, name }) => ({
      kind,
      name,
    })),
  ].map(reference => ({ ...reference, namespace }));
}

export function isConfig({ apiVersion, kind }: GitopsObject): boolean {
  return (
    apiVersion === 'v1' && CONFIG_KINDS.some(candidate => candidate === kind)
  );
}
