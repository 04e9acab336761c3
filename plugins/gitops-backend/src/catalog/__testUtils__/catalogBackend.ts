import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import {
  coreServices,
  createBackendPlugin,
  LoggerService,
} from '@backstage/backend-plugin-api';
import { JsonObject } from '@backstage/types';
import catalogPlugin from '@backstage/plugin-catalog-backend';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import catalogModuleGitops from '@backstage-gitops/plugin-catalog-backend-module-gitops';
import { json, Router } from 'express';
import { Knex } from 'knex';
import { applyMigrations } from '../../database/migrate';
import { Home } from '../../homes/Home';
import { Homes } from '../../homes/Homes';
import { CatalogSide, createRegistrar } from '../createRegistrar';

/** A real catalog with the module, and the catalog side of the plugin beside it. */
export interface CatalogBackend {
  side: CatalogSide;
  database: Knex;
  /** All that the catalog answers about entities of the kinds of Flux. */
  entities(): Promise<object[]>;
  stop(): Promise<void>;
}

/** Starts one; nothing runs until `side.registrar.run()` is called. */
export async function startCatalogBackend(options: {
  homes: readonly Home[];
  gitops: JsonObject;
  catalog: JsonObject;
  /** Hosts that may be read from. */
  hosts: readonly string[];
  logger?: LoggerService;
}): Promise<CatalogBackend> {
  let side: CatalogSide | undefined;
  let database: Knex | undefined;
  let entities: CatalogBackend['entities'] | undefined;
  const logger = options.logger ?? mockServices.logger.mock();
  const plugin = createBackendPlugin({
    pluginId: 'gitops',
    register(env) {
      env.registerInit({
        deps: {
          auth: coreServices.auth,
          catalog: catalogServiceRef,
          config: coreServices.rootConfig,
          database: coreServices.database,
          httpRouter: coreServices.httpRouter,
          scheduler: coreServices.scheduler,
          urlReader: coreServices.urlReader,
        },
        async init(services) {
          const { auth, catalog } = services;
          database = await services.database.getClient();
          await applyMigrations(database);
          side = createRegistrar({
            ...services,
            database,
            reader: services.urlReader,
            homes: new Homes(options.homes),
            logger,
          });
          entities = async () => {
            const credentials = await auth.getOwnServiceCredentials();
            const { items } = await catalog.getEntities({}, { credentials });
            return items;
          };
          const { errors, registrations } = side;
          const router = Router();
          router.post('/catalog-errors', json(), (request, response, next) => {
            errors
              .report(request.body)
              .then(changed => registrations.wake(changed))
              .then(woken => response.json({ registrations: woken }), next);
          });
          services.httpRouter.use(router);
        },
      });
    },
  });
  const backend = await startTestBackend({
    features: [
      catalogPlugin,
      catalogModuleGitops,
      plugin,
      mockServices.rootConfig.factory({
        data: {
          backend: {
            reading: { allow: options.hosts.map(host => ({ host })) },
          },
          catalog: options.catalog,
          gitops: options.gitops,
        },
      }),
    ],
  });
  return {
    side: side!,
    database: database!,
    entities: entities!,
    stop: () => backend.stop(),
  };
}
