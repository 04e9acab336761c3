import { Config } from '@backstage/config';
import { Claim } from '@backstage-gitops/plugin-gitops-node';
import {
  AuthService,
  LoggerService,
  SchedulerService,
  UrlReaderService,
} from '@backstage/backend-plugin-api';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { Knex } from 'knex';
import { Homes } from '../homes/Homes';
import { ApprovalStore } from './ApprovalStore';
import { CatalogEntities } from './CatalogEntities';
import { CatalogErrorStore } from './CatalogErrorStore';
import { ManifestFiles } from './ManifestFiles';
import { readCatalogConfig } from './readCatalogConfig';
import { readSourceHosts } from './readSourceHosts';
import { RegisteredManifest } from './Registration';
import { Registrar } from './Registrar';
import { RegistrationStore } from './RegistrationStore';
import { RegistrationWarnings } from './RegistrationWarnings';

/** What the catalog side of the plugin is made of. */
export interface CatalogSide {
  registrar: Registrar;
  registrations: RegistrationStore;
  /** What the catalog could not take. */
  errors: CatalogErrorStore;
  approvals: ApprovalStore;
  /** Hosts that a registered manifest fetches from; reads its file. */
  sourceHostsOf: (manifest: RegisteredManifest) => Promise<string[]>;
  /** `gitops.claims`. */
  claims: readonly Claim[];
  /** `gitops.catalog.rawHosts`. */
  rawHosts: readonly string[];
  /** For the API: what was found in the manifests of objects. */
  warnings: RegistrationWarnings;
}

/** Puts the parts together; nothing runs before `registrar.start()`. */
export function createRegistrar(options: {
  config: Config;
  database: Knex;
  homes: Homes;
  catalog: Pick<CatalogService, 'streamEntities' | 'getEntitiesByRefs'>;
  auth: Pick<AuthService, 'getOwnServiceCredentials'>;
  reader: Pick<UrlReaderService, 'readUrl'>;
  scheduler: Pick<SchedulerService, 'scheduleTask'>;
  logger: LoggerService;
  now?: () => number;
}): CatalogSide {
  const { catalog, auth } = options;
  const config = readCatalogConfig(options.config);
  const registrations = new RegistrationStore(options);
  const errors = new CatalogErrorStore(options);
  const approvals = new ApprovalStore(options);
  return {
    registrations,
    errors,
    approvals,
    sourceHostsOf: manifest =>
      readSourceHosts(
        manifest,
        new ManifestFiles({
          reader: options.reader,
          allowFileLocations: config.allowFileLocations,
        }),
      ),
    claims: config.claims,
    rawHosts: config.rawHosts,
    warnings: new RegistrationWarnings({ store: registrations }),
    registrar: new Registrar({
      ...options,
      config,
      entities: new CatalogEntities({ catalog, auth, homes: config.homes }),
      store: registrations,
      errors,
      approvals,
    }),
  };
}
