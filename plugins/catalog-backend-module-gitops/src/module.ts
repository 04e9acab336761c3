import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { Config, readDurationFromConfig } from '@backstage/config';
import {
  catalogProcessingExtensionPoint,
  catalogServiceRef,
} from '@backstage/plugin-catalog-node';
import { catalogModelExtensionPoint } from '@backstage/plugin-catalog-node/alpha';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { ScmIntegrations } from '@backstage/integration';
import { durationToMilliseconds } from '@backstage/types';
import {
  GitopsClient,
  gitopsKinds,
} from '@backstage-gitops/plugin-gitops-common';
import {
  ComponentOwners,
  readClaims,
  readHomeNaming,
  readRawHosts,
} from '@backstage-gitops/plugin-gitops-node';
import { CatalogErrorReporter } from './errors/CatalogErrorReporter';
import { gitopsEntityDataParser } from './parser/gitopsEntityDataParser';
import { GitopsEntityProcessor } from './processor/GitopsEntityProcessor';
import { createProviders } from './provider/createProviders';

/** What the catalog publishes (plugin-catalog-backend 4.0). */
const ERRORS_TOPIC = 'experimental.catalog.errors';
const CONFLICTS_TOPIC = 'experimental.catalog.conflict';
/** Whoever takes longer to answer is asked again. */
const ANSWER_MS = 30_000;
/** The upper end of the catalog's default, 100 to 150 s. */
const DEFAULT_INTERVAL_SECONDS = 150;

/**
 * GitOps objects in the catalog: the parser that makes slim entities of Flux
 * manifests, unless `gitops.catalog.entityDataParser` is false, and the processor
 * that validates them and emits their relations. What the catalog cannot take is
 * told to the gitops plugin. Objects of homes that are not registered are
 * published as it says.
 *
 * @public
 */
export const catalogModuleGitops = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'gitops',
  register(env) {
    env.registerInit({
      deps: {
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        discovery: coreServices.discovery,
        events: eventsServiceRef,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        model: catalogModelExtensionPoint,
        processing: catalogProcessingExtensionPoint,
        scheduler: coreServices.scheduler,
      },
      async init(services) {
        const { auth, config, discovery, events, logger } = services;
        const { model, processing } = services;
        const client = new GitopsClient({
          discoveryApi: discovery,
          fetchApi: { fetch },
        });
        const tokenForGitops = async () =>
          auth.getPluginRequestToken({
            onBehalfOf: await auth.getOwnServiceCredentials(),
            targetPluginId: 'gitops',
          });
        const reporter = new CatalogErrorReporter({
          send: async report =>
            client.reportCatalogErrors(report, await tokenForGitops()),
          integrations: ScmIntegrations.fromConfig(config),
          processingIntervalSeconds: processingIntervalOf(config),
          logger,
        });
        processing.addProcessor(
          new GitopsEntityProcessor({
            observer: reporter,
            owners: new ComponentOwners(services),
          }),
        );
        await createProviders({
          ...services,
          reporter,
          list: async (query, { signal }) =>
            client.listPublishedEntities(query, {
              ...(await tokenForGitops()),
              signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
            }),
        });
        await events.subscribe({
          id: 'gitops-catalog-errors',
          topics: [ERRORS_TOPIC, CONFLICTS_TOPIC],
          onEvent: async ({ topic, eventPayload }) =>
            topic === ERRORS_TOPIC
              ? reporter.failed(eventPayload)
              : reporter.conflicted(eventPayload),
        });
        if (
          config.getOptionalBoolean('gitops.catalog.entityDataParser') ??
          true
        ) {
          model.setEntityDataParser(
            gitopsEntityDataParser({
              homes: readHomeNaming(config),
              claims: readClaims(config),
              rawHosts: readRawHosts(config),
              catalogKinds: otherKindsOf(config),
              logger,
            }),
          );
        }
      },
    });
  },
});

function processingIntervalOf(config: Config): number {
  const key = 'catalog.processingInterval';
  return config.getOptional(key)
    ? Math.ceil(
        durationToMilliseconds(readDurationFromConfig(config, { key })) / 1000,
      )
    : DEFAULT_INTERVAL_SECONDS;
}

/**
 * The kinds that `catalog.rules` allow and that are not ours: a Bucket that is
 * allowed is Flux's as long as nobody says otherwise.
 */
function otherKindsOf(config: Config): string[] {
  const ours = new Set(gitopsKinds.map(({ kind }) => kind.toLowerCase()));
  return [
    ...(config.getOptionalConfigArray('catalog.rules') ?? []),
    ...(config.getOptionalConfigArray('catalog.locations') ?? []).flatMap(
      location => location.getOptionalConfigArray('rules') ?? [],
    ),
  ]
    .flatMap(rule => {
      const allow = rule.getOptional('allow');
      return Array.isArray(allow) ? allow : [];
    })
    .map(kind =>
      typeof kind === 'string'
        ? kind
        : String((kind as { kind?: string } | null)?.kind),
    )
    .filter(kind => !ours.has(kind.toLowerCase()));
}
