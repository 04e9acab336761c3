import { mergeMaps, Release, Values } from '@backstage-gitops/helm';
import { HelmRelease } from '@backstage-gitops/plugin-gitops-common';

/**
 * The values that a release is recorded with: with `upgrade.preserveValues`, those of
 * the revision before that nothing else is said of are kept (Helm 4.2,
 * `--reuse-values`).
 */
export function valuesOver(
  { spec }: Pick<HelmRelease, 'spec'>,
  values: Values,
  current: Release | undefined,
): Values {
  return spec.upgrade?.preserveValues && current?.config
    ? mergeMaps(current.config, values)
    : values;
}
