import type { ClusterAccess } from '../client/HttpTransport';
import { causeText, KubeConfigError } from '../errors/errors';
import { checkKubeConfig, type KubeConfigPolicy } from './checkKubeConfig';
import { readCurrentContext, StaticAccess } from './StaticAccess';

/**
 * Checks the text of a kubeconfig with {@link checkKubeConfig} and gives
 * access to its current cluster, for `createClusterClient`.
 *
 * @throws KubeConfigError where it is refused or not usable
 * @public
 */
export async function loadKubeConfig(
  text: string,
  policy: KubeConfigPolicy = {},
): Promise<ClusterAccess> {
  checkKubeConfig(text, policy);
  const current = readCurrentContext(text);
  if (!current.user.exec && !current.user['auth-provider']) {
    return new StaticAccess(current);
  }
  // Only commands and providers need the library, which takes long to load.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    config.loadFromString(text);
  } catch (cause) {
    const problem = causeText(cause);
    throw new KubeConfigError(`the kubeconfig cannot be used: ${problem}`, {
      cause,
    });
  }
  return config;
}
