import {
  AuthService,
  LifecycleService,
  LoggerService,
  SchedulerService,
} from '@backstage/backend-plugin-api';
import { Config, readDurationFromConfig } from '@backstage/config';
import {
  CatalogProcessingExtensionPoint,
  CatalogService,
} from '@backstage/plugin-catalog-node';
import { durationToMilliseconds } from '@backstage/types';
import { readHomeNaming } from '@backstage-gitops/plugin-gitops-node';
import { CatalogErrorReporter } from '../errors/CatalogErrorReporter';
import { HomeEntityProvider } from './HomeEntityProvider';
import { ListPublished } from './listAll';
import { NameClashes } from './NameClashes';

const DEFAULT_POLL_MS = 5_000;
/** Everything is compared that often, whatever was missed. */
const COMPARE_MINUTES = 5;

/** A provider for each home, and the task that compares everything. */
export async function createProviders(options: {
  config: Config;
  list: ListPublished;
  catalog: Pick<CatalogService, 'getEntitiesByRefs'>;
  auth: Pick<AuthService, 'getOwnServiceCredentials'>;
  reporter: CatalogErrorReporter;
  processing: Pick<CatalogProcessingExtensionPoint, 'addEntityProvider'>;
  scheduler: Pick<SchedulerService, 'scheduleTask'>;
  lifecycle: Pick<LifecycleService, 'addShutdownHook'>;
  logger: LoggerService;
}): Promise<void> {
  const { config, list, reporter, logger } = options;
  const providers = readHomeNaming(config).map(
    ({ name }) =>
      new HomeEntityProvider({
        home: name,
        list,
        clashes: new NameClashes({
          ...options,
          home: name,
          validForSeconds: 3 * 60 * COMPARE_MINUTES,
        }),
        rivalsOf: entityRef => reporter.rivalsOf(entityRef),
        appUrl: config.getOptionalString('app.baseUrl'),
        pollMs: pollIntervalOf(config),
        logger,
      }),
  );
  if (providers.length === 0) {
    return;
  }
  options.processing.addEntityProvider(providers);
  options.lifecycle.addShutdownHook(async () => {
    await Promise.all(providers.map(provider => provider.stop()));
  });
  await options.scheduler.scheduleTask({
    id: 'gitops-entities',
    frequency: { minutes: COMPARE_MINUTES },
    initialDelay: { minutes: COMPARE_MINUTES },
    timeout: { minutes: COMPARE_MINUTES },
    fn: async () => {
      for (const provider of providers) {
        await provider.run({ everything: true });
      }
    },
  });
}

function pollIntervalOf(config: Config): number {
  const key = 'gitops.catalog.pollInterval';
  return config.has(key)
    ? durationToMilliseconds(readDurationFromConfig(config, { key }))
    : DEFAULT_POLL_MS;
}
