import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { LoggerService } from '@backstage/backend-plugin-api';
import { assertError, InputError } from '@backstage/errors';
import {
  checkKubeConfig,
  ClusterClient,
  createClusterClient,
} from '@backstage-gitops/kubernetes-apply';
import { HomeAccess, HomeConfig } from '../config/readGitopsConfig';
import { Home } from './Home';
import { UnavailableCluster } from './UnavailableCluster';

const USER_AGENT = 'backstage-gitops';

/**
 * Makes the home of one entry of `gitops.homes`; connects to nothing yet. A
 * kubeconfig that cannot be used makes a home that says so.
 */
export async function createHome(
  config: HomeConfig,
  options: { logger: LoggerService },
): Promise<Home> {
  let client: ClusterClient;
  try {
    client = createClusterClient({
      kubeConfig: await loadKubeConfig(config.name, config.access),
      userAgent: USER_AGENT,
    });
  } catch (error) {
    assertError(error);
    const { hint } = error as { hint?: string };
    const reason = hint ? `${error.message}; ${hint}` : error.message;
    options.logger.error(
      `Home ${config.name} cannot be used before the portal is restarted: ${reason}`,
    );
    client = new UnavailableCluster(error);
  }
  return new Home({
    name: config.name,
    mode: config.mode,
    client,
    defaultServiceAccount: config.defaultServiceAccount,
    allowPortalCredential: config.allowPortalCredential,
    pruneBounds: config.pruneBounds,
    clusterUid: config.clusterUid,
  });
}

async function loadKubeConfig(
  home: string,
  access: HomeAccess,
): Promise<KubeConfig> {
  const kubeConfig = new KubeConfig();
  switch (access.type) {
    case 'inCluster':
      kubeConfig.loadFromCluster();
      return kubeConfig;
    case 'url':
      kubeConfig.loadFromClusterAndUser(
        {
          name: home,
          server: access.url,
          caData: access.caData,
          skipTLSVerify: false,
        },
        { name: home, token: access.token },
      );
      return kubeConfig;
    default: {
      let text: string;
      try {
        text = await readFile(access.path, 'utf8');
      } catch (error) {
        throw new InputError(
          `gitops.homes: the kubeconfig of '${home}' cannot be read: ${error}`,
        );
      }
      // This file is the operator's own, so it may name other files.
      checkKubeConfig(text, {
        allowExec: access.allowExec,
        allowFiles: true,
      });
      kubeConfig.loadFromString(text);
      kubeConfig.makePathsAbsolute(path.dirname(path.resolve(access.path)));
      if (access.context) {
        if (!kubeConfig.getContextObject(access.context)) {
          throw new InputError(
            `gitops.homes: the kubeconfig of '${home}' has no context '${access.context}'; it has ${kubeConfig
              .getContexts()
              .map(context => `'${context.name}'`)
              .join(', ')}`,
          );
        }
        kubeConfig.setCurrentContext(access.context);
      }
      return kubeConfig;
    }
  }
}
