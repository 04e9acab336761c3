import { Config } from '@backstage/config';

/**
 * Reads `gitops.catalog.rawHosts`.
 *
 * @public
 */
export function readRawHosts(config: Config): string[] {
  return (config.getOptionalStringArray('gitops.catalog.rawHosts') ?? []).map(
    host => host.toLowerCase(),
  );
}
