import { isJsonObject, parseYaml } from '@backstage-gitops/kubernetes-yaml';
import { AzureTokenError } from './azureTokens';

/** Where a cluster is. */
export interface ClusterEntry {
  server: string;
  /** PEM. */
  certificateAuthority: string;
}

/**
 * The cluster of the current context of a kubeconfig; nothing else of it counts.
 *
 * @param encoded - in base64, as Azure sends it
 * @throws AzureTokenError
 */
export function readKubeconfig(encoded: unknown): ClusterEntry {
  const config = parse(Buffer.from(String(encoded ?? ''), 'base64'));
  const context = named(config.contexts, config['current-context'], 'context');
  const cluster = named(config.clusters, context?.cluster, 'cluster');
  const server = cluster?.server;
  const data = cluster?.['certificate-authority-data'];
  if (typeof server !== 'string' || typeof data !== 'string') {
    throw new AzureTokenError(
      'Azure gave a kubeconfig without address or CA of the cluster',
    );
  }
  return {
    server,
    certificateAuthority: Buffer.from(data, 'base64').toString('utf8'),
  };
}

function parse(content: Buffer): Record<string, unknown> {
  try {
    const value = parseYaml(content.toString('utf8'));
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

function named(
  list: unknown,
  name: unknown,
  field: string,
): Record<string, unknown> | undefined {
  const entries = (Array.isArray(list) ? list : []).filter(isJsonObject);
  const entry = entries.find(each => each.name === name)?.[field];
  return isJsonObject(entry) ? entry : undefined;
}
