import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import { GitopsClient } from '@backstage-gitops/plugin-gitops-common';
import { readHomeNaming } from '@backstage-gitops/plugin-gitops-node';
import { createSourceAction } from './source/createSourceAction';

/**
 * GitOps objects by template: the action `gitops:source:create`.
 *
 * @public
 */
export const scaffolderModuleGitops = createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'gitops',
  register(env) {
    env.registerInit({
      deps: {
        auth: coreServices.auth,
        config: coreServices.rootConfig,
        discovery: coreServices.discovery,
        scaffolder: scaffolderActionsExtensionPoint,
      },
      async init({ auth, config, discovery, scaffolder }) {
        scaffolder.addActions(
          createSourceAction({
            auth,
            api: new GitopsClient({
              discoveryApi: discovery,
              fetchApi: { fetch },
            }),
            homes: readHomeNaming(config),
          }),
        );
      },
    });
  },
});
