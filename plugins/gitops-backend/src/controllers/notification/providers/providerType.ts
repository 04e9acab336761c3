import { Provider } from '@backstage-gitops/plugin-gitops-common';

/** Selects a type that the definitions of a home do not know (with `type: generic`). */
export const PROVIDER_ANNOTATION = 'backstage-gitops.io/provider';

/** The type that a Provider means. */
export function providerTypeOf({ metadata, spec }: Provider): string {
  const chosen = metadata.annotations?.[PROVIDER_ANNOTATION];
  return spec.type === 'generic' && chosen ? chosen : spec.type;
}
