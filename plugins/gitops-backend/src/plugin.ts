import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { metricsServiceRef } from '@backstage/backend-plugin-api/alpha';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { readGitopsConfig } from './config/readGitopsConfig';
import { openDatabase } from './database/migrate';
import { GitopsEngine } from './engine/GitopsEngine';
import { DatabaseWorkQueue } from './engine/queue/DatabaseWorkQueue';
import { ReconcileEngine } from './engine/reconcile/ReconcileEngine';
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
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        database: coreServices.database,
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
        const reconcilers = createReconcilers({});
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
        services.lifecycle.addStartupHook(() => engine.start());
        services.lifecycle.addShutdownHook(() => engine.stop());
      },
    });
  },
});
