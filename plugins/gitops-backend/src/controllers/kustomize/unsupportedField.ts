import { KustomizationSpec } from '@backstage-gitops/plugin-gitops-common';

/**
 * The first field that this version does not act on. Such an object is refused:
 * delivering it to another cluster than it names would be worse than not
 * delivering it.
 */
export function unsupportedField(spec: KustomizationSpec): string | undefined {
  if (spec.decryption?.serviceAccountName) {
    return 'spec.decryption.serviceAccountName';
  }
  return undefined;
}
