import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { metricsServiceRef } from '@backstage/backend-plugin-api/alpha';
import {
  ArtifactStore,
  BucketProvider,
  ClusterAccessProvider,
  ComponentOwners,
  gitopsArtifactStoreExtensionPoint,
  gitopsBucketExtensionPoint,
  gitopsDecryptionExtensionPoint,
  gitopsNotificationsExtensionPoint,
  gitopsRegistryCredentialsExtensionPoint,
  gitopsSourceFetchersExtensionPoint,
  gitopsTargetsExtensionPoint,
  readClaims,
  NotificationIdentity,
  NotificationType,
  readHomeNaming,
  S3CredentialSource,
  RegistryCredentialSupplier,
  SopsKeyServiceProvider,
  SopsKeyType,
  SourceFetcher,
} from '@backstage-gitops/plugin-gitops-node';
import { GITOPS_SIGNALS_CHANNEL } from '@backstage-gitops/plugin-gitops-common';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { notificationService } from '@backstage/plugin-notifications-node';
import Router from 'express-promise-router';
import { ChangeFeed } from './api/changes/ChangeFeed';
import { createArtifactsService } from './api/createArtifactsService';
import { createCatalogErrorsService } from './api/createCatalogErrorsService';
import { createEntitiesService } from './api/createEntitiesService';
import { createImagesService } from './api/createImagesService';
import { createNotificationsService } from './api/createNotificationsService';
import { createObjectsService } from './api/createObjectsService';
import { createRegistrationsService } from './api/createRegistrationsService';
import { ComponentObjects } from './api/objects/ComponentObjects';
import { ObjectIndex } from './api/objects/ObjectIndex';
import { AuthorizedDoctorService } from './api/permissions/AuthorizedDoctorService';
import { registerGitopsPermissions } from './api/permissions/registerGitopsPermissions';
import { createRouter } from './api/router';
import { artifactRoute } from './artifacts/artifactRoute';
import { ArtifactUrls } from './artifacts/ArtifactUrls';
import { openArtifactStorage } from './artifacts/openArtifactStorage';
import { createRegistrar } from './catalog/createRegistrar';
import { entityRefs } from './catalog/entityRefs';
import { readPublishConfig } from './catalog/readPublishConfig';
import { readGitopsConfig } from './config/readGitopsConfig';
import { eventsRoute } from './controllers/notification/events/eventsRoute';
import { webhookRoute } from './controllers/notification/receiver/webhookRoute';
import { createGitops } from './createGitops';
import { openDatabase } from './database/migrate';
import { CatalogSightings } from './doctor/CatalogSightings';
import { createDoctor } from './doctor/createDoctor';
import { readVersion } from './doctor/readVersion';
import { ObjectMetrics } from './engine/report/ObjectMetrics';
import { ServiceReconcileMetrics } from './engine/report/ReconcileMetrics';
import { createHome } from './homes/createHome';
import { Homes } from './homes/Homes';
import { IntegrationCredentials } from './integrations/IntegrationCredentials';
import { NotifiedOwners } from './owners/NotifiedOwners';
import { ObjectOwners } from './owners/ObjectOwners';

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
    const fetchers: SourceFetcher[] = [];
    env.registerExtensionPoint(gitopsSourceFetchersExtensionPoint, {
      addFetcher: fetcher => fetchers.push(fetcher as SourceFetcher),
    });
    let artifactCredentials: S3CredentialSource | undefined;
    const bucketProviders = new Map<string, BucketProvider>();
    env.registerExtensionPoint(gitopsBucketExtensionPoint, {
      addProvider(provider) {
        if (bucketProviders.has(provider.provider)) {
          throw new Error(
            `The bucket provider '${provider.provider}' of gitops is added twice`,
          );
        }
        bucketProviders.set(provider.provider, provider);
      },
      setArtifactCredentials(credentials) {
        if (artifactCredentials) {
          throw new Error('The artifact credentials of gitops are set twice');
        }
        artifactCredentials = credentials;
      },
    });
    const clusterProviders = new Map<string, ClusterAccessProvider>();
    env.registerExtensionPoint(gitopsTargetsExtensionPoint, {
      addProvider(provider) {
        if (clusterProviders.has(provider.provider)) {
          throw new Error(
            `The login to clusters of '${provider.provider}' of gitops is added twice`,
          );
        }
        clusterProviders.set(provider.provider, provider);
      },
    });
    const registryLogins = new Map<string, RegistryCredentialSupplier>();
    env.registerExtensionPoint(gitopsRegistryCredentialsExtensionPoint, {
      addSupplier(supplier) {
        if (registryLogins.has(supplier.provider)) {
          throw new Error(
            `The login to registries of '${supplier.provider}' of gitops is added twice`,
          );
        }
        registryLogins.set(supplier.provider, supplier);
      },
    });
    const keyServices = new Map<SopsKeyType, SopsKeyServiceProvider>();
    env.registerExtensionPoint(gitopsDecryptionExtensionPoint, {
      addProvider(provider) {
        if (keyServices.has(provider.type)) {
          throw new Error(
            `The key service for '${provider.type}' of gitops is added twice`,
          );
        }
        keyServices.set(provider.type, provider);
      },
    });
    const notificationTypes = new Map<string, NotificationType>();
    const identities = new Map<string, NotificationIdentity>();
    env.registerExtensionPoint(gitopsNotificationsExtensionPoint, {
      addType(type) {
        if (notificationTypes.has(type.type)) {
          throw new Error(
            `The type '${type.type}' of Providers of gitops is added twice`,
          );
        }
        notificationTypes.set(type.type, type);
      },
      addIdentity(identity) {
        if (identities.has(identity.cloud)) {
          throw new Error(
            `The identities of '${identity.cloud}' of gitops are added twice`,
          );
        }
        identities.set(identity.cloud, identity);
      },
    });
    env.registerInit({
      deps: {
        auditor: coreServices.auditor,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        database: coreServices.database,
        discovery: coreServices.discovery,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        metrics: metricsServiceRef,
        notifications: notificationService,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        rootInstanceMetadata: coreServices.rootInstanceMetadata,
        rootSystemMetadata: coreServices.rootSystemMetadata,
        scheduler: coreServices.scheduler,
        signals: signalsServiceRef,
        urlReader: coreServices.urlReader,
      },
      async init(services) {
        const { logger, scheduler } = services;
        const config = readGitopsConfig(services.config);
        const storage = await openArtifactStorage({
          config: config.artifacts,
          store: customStore,
          credentials: artifactCredentials,
        });
        const { store } = storage;
        const baseUrl = await services.discovery.getExternalBaseUrl('gitops');
        const urls = new ArtifactUrls({
          baseUrl,
          key: storage.signingKey,
        });
        const database = await openDatabase(services.database);
        const homes = new Homes(
          await Promise.all(
            config.homes.map(home => createHome(home, { logger })),
          ),
        );
        const publish = readPublishConfig(services.config);
        const naming = readHomeNaming(services.config);
        const entityRefOf = entityRefs({ publish, naming });
        const components = new ComponentOwners(services);
        const owners = new ObjectOwners({
          claims: readClaims(services.config),
          components,
        });
        const index = new ObjectIndex({ homes, entityRefOf, owners });
        const changes = new ChangeFeed({
          index,
          logger,
          publish: tick =>
            services.signals.publish({
              recipients: { type: 'broadcast' },
              channel: GITOPS_SIGNALS_CHANNEL,
              message: tick,
            }),
        });
        components.onChange(refs => changes.recordOwners(refs));
        const integrations = IntegrationCredentials.fromConfig(services.config);
        const notified = new NotifiedOwners({ ...services, homes, owners });
        const gitops = createGitops({
          config,
          database,
          homes,
          store,
          urls,
          fetchers,
          integrations,
          pullRequests: integrations,
          notifications: {
            types: [...notificationTypes.values()],
            identities: [...identities.values()],
            service: services.notifications,
            recipientsOf: notification => notified.recipientsOf(notification),
          },
          bucketProviders: [...bucketProviders.values()],
          registryLogins: [...registryLogins.values()],
          clusterProviders: [...clusterProviders.values()],
          keyServices: [...keyServices.values()],
          baseUrl,
          scheduler,
          metrics: new ServiceReconcileMetrics({ metrics: services.metrics }),
          logger,
          entityRefOf,
          onChange: (home, object) => changes.record(home, object),
        });
        const { engine, history, artifacts, heldPrunes } = gitops;

        const side = createRegistrar({
          ...services,
          reader: services.urlReader,
          database,
          homes,
        });
        const { registrar, registrations, errors, warnings } = side;

        const { permissions } = services;
        const authorizer = registerGitopsPermissions({
          permissionsRegistry: services.permissionsRegistry,
          index,
        });
        const objects = createObjectsService({
          index,
          changes,
          history,
          artifacts,
          work: database,
          permissions,
          authorizer,
          entities: new ComponentObjects({
            homes,
            catalog: services.catalog,
            auth: services.auth,
            logger,
          }),
          claims: side.claims,
          registeredAs: async key =>
            (await registrations.ofObject(key)).find(
              ({ state }) => state !== 'Orphaned',
            )?.entityRef,
          heldPrune: (objectId, object) => heldPrunes.get(objectId, object),
          warnings: [warnings],
        });
        const sightings = new CatalogSightings({ database, logger });
        const doctor = createDoctor({
          root: services.config,
          config,
          publish,
          database,
          store,
          artifactsPlace: storage.place,
          index,
          gitops,
          catalog: side,
          sightings,
          instance: services.rootInstanceMetadata,
          system: services.rootSystemMetadata,
          version: await readVersion(),
        });
        const artifactRouter = Router();
        artifactRouter.get('/artifacts/:file', artifactRoute({ store, urls }));
        services.httpRouter.use(artifactRouter);
        // The signature in the address is the credential.
        services.httpRouter.addAuthPolicy({
          path: '/artifacts',
          allow: 'unauthenticated',
        });
        services.httpRouter.use(eventsRoute(gitops));
        // The signature is the credential.
        services.httpRouter.addAuthPolicy({
          path: '/events',
          allow: 'unauthenticated',
        });
        services.httpRouter.use(webhookRoute(gitops));
        // The path and the signature are the credential.
        services.httpRouter.addAuthPolicy({
          path: '/hook',
          allow: 'unauthenticated',
        });
        services.httpRouter.use(
          createRouter({
            httpAuth: services.httpAuth,
            auditor: services.auditor,
            objects,
            artifacts: createArtifactsService({
              index,
              artifacts,
              store,
              permissions,
              authorizer,
              limits: {
                maxTotalSize: config.artifacts.maxSize,
                maxEntries: config.artifacts.maxFiles,
              },
            }),
            images: createImagesService({
              index,
              history,
              artifacts,
              tags: gitops.tags,
              pushes: gitops.pushes,
              preview: gitops.preview,
              commitUrl: (url, commit) => integrations.commitUrl(url, commit),
              permissions,
              authorizer,
            }),
            notifications: createNotificationsService({
              index,
              notifications: gitops.notifications,
              permissions,
              authorizer,
            }),
            store,
            registrations: createRegistrationsService({
              ...side,
              index,
              onDecision: () => void registrar.run(),
              permissions,
              authorizer,
            }),
            entities: createEntitiesService({
              ...side,
              publish,
              naming,
              owners,
              homes,
              knowsRegistrations: () => registrar.hasSynced,
              auth: services.auth,
              onCatalog: () => void sightings.note(),
            }),
            catalogErrors: createCatalogErrorsService({
              errors,
              registrations,
              permissions,
              auth: services.auth,
              onCatalog: () => void sightings.note(),
            }),
            doctor: new AuthorizedDoctorService({ inner: doctor, permissions }),
          }),
        );

        const objectMetrics = new ObjectMetrics({
          homes,
          metrics: services.metrics,
        });
        services.lifecycle.addStartupHook(async () => {
          await engine.start();
          objectMetrics.start();
          changes.start();
          // What a home takes is known once it was looked at; it may be down.
          void engine.prepared.then(() => registrar.start());
        });
        services.lifecycle.addShutdownHook(async () => {
          objectMetrics.stop();
          changes.stop();
          await registrar.stop();
          await engine.stop();
          await storage.close();
        });
      },
    });
  },
});
