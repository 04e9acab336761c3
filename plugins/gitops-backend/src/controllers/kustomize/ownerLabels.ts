import {
  FluxLabel,
  Kustomization,
} from '@backstage-gitops/plugin-gitops-common';

/** The labels that say whose an applied object is (Flux 2.9). */
export function ownerLabels(object: Kustomization): Record<string, string> {
  return {
    [FluxLabel.kustomizationName]: object.metadata.name,
    [FluxLabel.kustomizationNamespace]: object.metadata.namespace ?? 'default',
  };
}
