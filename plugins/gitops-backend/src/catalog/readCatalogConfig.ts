import { createHash } from 'node:crypto';
import {
  Claim,
  HomeNaming,
  readClaims,
  readHomeNaming,
  readRawHosts,
} from '@backstage-gitops/plugin-gitops-node';
import { Config, readDurationFromConfig } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { durationToMilliseconds } from '@backstage/types';

/** What app-config says about registered manifests. Times in milliseconds. */
export interface CatalogConfig {
  homes: HomeNaming[];
  claims: Claim[];
  rawHosts: string[];
  allowFileLocations: boolean;
  /** How often the catalog is asked. */
  pollMs: number;
  /** How often what is applied is applied again. */
  resyncMs: number;
  /** How long the catalog must answer without an entity before it has vanished. */
  orphanAfterMs: number;
}

/** Reads and checks `gitops.claims` and `gitops.catalog`; errors name the key. */
export function readCatalogConfig(root: Config): CatalogConfig {
  const config = root.getOptionalConfig('gitops.catalog');
  const duration = (key: string, fallback: number): number =>
    config?.has(key)
      ? durationToMilliseconds(readDurationFromConfig(config, { key }))
      : fallback;
  const homes = readHomeNaming(root);
  const claims = readClaims(root);
  claims.forEach(({ home }, i) => {
    if (!homes.some(({ name }) => name === home)) {
      throw new InputError(
        `gitops.claims[${i}].home is '${home}', and gitops.homes has no home of that name`,
      );
    }
  });
  return {
    homes,
    claims,
    rawHosts: readRawHosts(root),
    allowFileLocations:
      config?.getOptionalBoolean('allowFileLocations') ?? false,
    pollMs: duration('pollInterval', 5_000),
    resyncMs: duration('resyncInterval', 10 * 60_000),
    orphanAfterMs: duration('orphanAfter', 2 * 60_000),
  };
}

/** Changes when what decides about registrations does. */
export function policyDigest(config: CatalogConfig): string {
  const { homes, claims, rawHosts, allowFileLocations } = config;
  return createHash('sha256')
    .update(JSON.stringify({ homes, claims, rawHosts, allowFileLocations }))
    .digest('hex');
}
