import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { metricsServiceRef } from '@backstage/backend-plugin-api/alpha';
import {
  ArtifactStore,
  gitopsArtifactStoreExtensionPoint,
} from '@backstage-gitops/plugin-gitops-node';
import Router from 'express-promise-router';
import { artifactRoute } from './artifacts/artifactRoute';
import { ArtifactUrls } from './artifacts/ArtifactUrls';
import { FileArtifactStore } from './artifacts/FileArtifactStore';
import { loadSigningKey } from './artifacts/signingKey';
import { readGitopsConfig } from './config/readGitopsConfig';
import { createGitops } from './createGitops';
import { openDatabase } from './database/migrate';
import { ServiceReconcileMetrics } from './engine/report/ReconcileMetrics';
import { createHome } from './homes/createHome';
import { Homes } from './homes/Homes';

/**
 * The GitOps reconcilers as a Backstage backend plugin: watches the objects of
 * the configured homes and reconciles them.
 *
 * @public
 */
export const gitopsPlugin = createBackendPlugin({
  pluginId: 'gitops',
  register(env) {
    let customStore: ArtifactStore | undefined;
    env.registerExtensionPoint(gitopsArtifactStoreExtensionPoint, {
      setArtifactStore(store) {
        if (customStore) {
          throw new Error('The artifact store of gitops is set twice');
        }
        customStore = store;
      },
    });
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        database: coreServices.database,
        discovery: coreServices.discovery,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        metrics: metricsServiceRef,
        scheduler: coreServices.scheduler,
      },
      async init(services) {
        const { logger, scheduler } = services;
        const config = readGitopsConfig(services.config);
        const { directory } = config.artifacts;
        const store = customStore ?? new FileArtifactStore({ directory });
        const urls = new ArtifactUrls({
          baseUrl: await services.discovery.getExternalBaseUrl('gitops'),
          key: await loadSigningKey(directory),
        });
        const { engine } = createGitops({
          config,
          database: await openDatabase(services.database),
          homes: new Homes(
            await Promise.all(
              config.homes.map(home => createHome(home, { logger })),
            ),
          ),
          store,
          urls,
          scheduler,
          metrics: new ServiceReconcileMetrics({ metrics: services.metrics }),
          logger,
        });

        const router = Router();
        router.get('/artifacts/:file', artifactRoute({ store, urls }));
        services.httpRouter.use(router);
        // The signature in the address is the credential.
        services.httpRouter.addAuthPolicy({
          path: '/artifacts',
          allow: 'unauthenticated',
        });

        services.lifecycle.addStartupHook(() => engine.start());
        services.lifecycle.addShutdownHook(() => engine.stop());
      },
    });
  },
});
