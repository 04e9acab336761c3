import {
  GitopsAnnotation,
  Provider,
} from '@backstage-gitops/plugin-gitops-common';

/** The type that a Provider means. */
export function providerTypeOf({ metadata, spec }: Provider): string {
  const chosen = metadata.annotations?.[GitopsAnnotation.provider];
  return spec.type === 'generic' && chosen ? chosen : spec.type;
}
