import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { metricsServiceRef } from '@backstage/backend-plugin-api/alpha';
import { watchHealth } from '@backstage-gitops/kubernetes-apply';
import {
  ArtifactStore,
  gitopsArtifactStoreExtensionPoint,
} from '@backstage-gitops/plugin-gitops-node';
import Router from 'express-promise-router';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { ArtifactIndex } from './artifacts/ArtifactIndex';
import { ArtifactReader } from './artifacts/ArtifactReader';
import { artifactRoute } from './artifacts/artifactRoute';
import { ArtifactUrls } from './artifacts/ArtifactUrls';
import { FileArtifactStore } from './artifacts/FileArtifactStore';
import { loadSigningKey } from './artifacts/signingKey';
import { readGitopsConfig } from './config/readGitopsConfig';
import { buildManifests } from './controllers/kustomize/buildManifests';
import { HealthCheck } from './controllers/kustomize/HealthCheck';
import { HealthWaits } from './controllers/kustomize/HealthWaits';
import { HealthWatches } from './controllers/kustomize/HealthWatches';
import { KustomizationReconciler } from './controllers/kustomize/KustomizationReconciler';
import { PendingInventory } from './controllers/kustomize/PendingInventory';
import { GitRepositoryReconciler } from './controllers/source/GitRepositoryReconciler';
import { openDatabase } from './database/migrate';
import { GitopsEngine } from './engine/GitopsEngine';
import { DatabaseWorkQueue } from './engine/queue/DatabaseWorkQueue';
import { ReconcileEngine } from './engine/reconcile/ReconcileEngine';
import { Reconciler } from './engine/reconcile/Reconciler';
import { EventRecorder } from './engine/report/EventRecorder';
import { HistoryStore } from './engine/report/HistoryStore';
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
        const { logger } = services;
        const config = readGitopsConfig(services.config);
        const database = await openDatabase(services.database);
        const homes = new Homes(
          await Promise.all(config.homes.map(createHome)),
        );
        const queue = new DatabaseWorkQueue({
          database,
          owner: `${hostname()}-${process.pid}-${randomUUID()}`,
          leaseMs: config.leaseMs,
        });
        const history = new HistoryStore({ database });

        const { directory, maxSize } = config.artifacts;
        const store = customStore ?? new FileArtifactStore({ directory });
        const urls = new ArtifactUrls({
          baseUrl: await services.discovery.getExternalBaseUrl('gitops'),
          key: await loadSigningKey(directory),
        });
        const watches = new HealthWatches({ watchHealth, logger });
        const reconcilers = [
          new GitRepositoryReconciler({
            store,
            index: new ArtifactIndex({ database }),
            urls,
            maxSize,
          }),
          new KustomizationReconciler({
            artifacts: new ArtifactReader({ store }),
            build: async ({ files, object }) =>
              buildManifests(files, object.spec),
            pending: new PendingInventory({ database }),
            health: new HealthCheck({
              waits: new HealthWaits({ database }),
              watches,
              queue,
            }),
            noCrossNamespaceRefs: config.noCrossNamespaceRefs,
          }),
        ] as readonly Reconciler[];

        const engine = new GitopsEngine({
          ...config,
          homes,
          installCrdsIn: new Set(
            config.homes
              .filter(home => home.installCrds)
              .map(home => home.name),
          ),
          reconcilers,
          queue,
          history,
          engine: new ReconcileEngine({
            homes,
            reconcilers,
            queue,
            history,
            events: new EventRecorder({ logger }),
            metrics: new ServiceReconcileMetrics({ metrics: services.metrics }),
            logger,
          }),
          scheduler: services.scheduler,
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
        services.lifecycle.addShutdownHook(async () => {
          watches.stopAll();
          await engine.stop();
        });
      },
    });
  },
});
