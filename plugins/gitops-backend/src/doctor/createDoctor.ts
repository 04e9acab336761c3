import { hostname } from 'node:os';
import { Config } from '@backstage/config';
import {
  RootInstanceMetadataService,
  RootSystemMetadataService,
} from '@backstage/backend-plugin-api';
import {
  alertKind,
  providerKind,
} from '@backstage-gitops/plugin-gitops-common';
import { ArtifactStore } from '@backstage-gitops/plugin-gitops-node';
import { Knex } from 'knex';
import { ObjectIndex } from '../api/objects/ObjectIndex';
import { CatalogSide } from '../catalog/createRegistrar';
import { PublishConfig } from '../catalog/readPublishConfig';
import { GitopsConfig } from '../config/readGitopsConfig';
import { Gitops } from '../createGitops';
import { CatalogSightings } from './CatalogSightings';
import { catalogAnswers } from './checks/catalogAnswers';
import { homeAnswers } from './checks/homeAnswers';
import { homeCluster } from './checks/homeCluster';
import { homeKinds } from './checks/homeKinds';
import { homesConfigured } from './checks/homesConfigured';
import { homeWriter } from './checks/homeWriter';
import { hostActions } from './checks/hostActions';
import { hostArtifacts } from './checks/hostArtifacts';
import { hostAuth } from './checks/hostAuth';
import { hostCatalogModule } from './checks/hostCatalogModule';
import { hostCatalogRules } from './checks/hostCatalogRules';
import { hostDatabase } from './checks/hostDatabase';
import { hostEvents } from './checks/hostEvents';
import { hostPermissions } from './checks/hostPermissions';
import { hostSignals } from './checks/hostSignals';
import { notificationsGivenUp } from './checks/notificationsGivenUp';
import { objectsOwned } from './checks/objectsOwned';
import { objectsUnreconciled } from './checks/objectsUnreconciled';
import { queueFailing } from './checks/queueFailing';
import { queueLag } from './checks/queueLag';
import { registrationStates } from './checks/registrationStates';
import { Doctor } from './Doctor';
import { HostPlugins } from './HostPlugins';
import { readHomes } from './sections/readHomes';
import { readObjects } from './sections/readObjects';
import { readQueue } from './sections/readQueue';
import { readRegistrations } from './sections/readRegistrations';

/** What the doctor looks at. */
export interface CreateDoctorOptions {
  /** The whole of app-config. */
  root: Config;
  config: GitopsConfig;
  publish: PublishConfig;
  database: Knex;
  store: ArtifactStore;
  /** Where artifacts are, for people. */
  artifactsPlace: string;
  index: ObjectIndex;
  gitops: Pick<Gitops, 'homes' | 'leases' | 'pins' | 'kinds'> & {
    notifications: Pick<Gitops['notifications'], 'store'>;
  };
  catalog: Pick<
    CatalogSide,
    'registrar' | 'registrations' | 'errors' | 'claims' | 'rawHosts'
  >;
  sightings: CatalogSightings;
  instance: RootInstanceMetadataService;
  system: RootSystemMetadataService;
  /** Of the plugin. */
  version: string;
  now?: () => number;
}

/** Puts sections and checks together; nothing runs before somebody asks. */
export function createDoctor(options: CreateDoctorOptions): Doctor {
  const { root, config, database, index, gitops, catalog } = options;
  const { homes, leases, pins, kinds } = gitops;
  const { now = Date.now } = options;
  const startedAt = now();
  const plugins = new HostPlugins(options);
  return new Doctor({
    version: options.version,
    process: `${hostname()}-${process.pid}`,
    now,
    sections: {
      homes: () =>
        readHomes({
          ...catalog,
          homes,
          leases,
          pins,
          // Alerts and Providers are sent by, which is all there is to do for them.
          reconciledKinds: new Set(
            [...kinds, alertKind, providerKind].map(({ kind }) => kind),
          ),
        }),
      registrations: () =>
        readRegistrations({
          ...catalog,
          homes,
          catalogAnsweredAt: () => catalog.registrar.lastSyncAt,
        }),
      objects: async () => readObjects(index),
      queue: () =>
        readQueue({
          database,
          homes,
          workers: config.concurrency,
          homeLeaseMs: config.homeLeaseMs,
          now,
        }),
    },
    // In the order in which findings of one level are told.
    checks: [
      homesConfigured,
      homeAnswers,
      homeCluster,
      homeWriter,
      homeKinds,
      queueLag,
      queueFailing,
      catalogAnswers({ startedAt, now }),
      ...registrationStates,
      objectsUnreconciled,
      objectsOwned,
      notificationsGivenUp(gitops.notifications.store),
      hostPermissions({ config: root, plugins }),
      hostAuth(root),
      hostDatabase(database),
      hostArtifacts({
        database,
        store: options.store,
        place: options.artifactsPlace,
      }),
      hostCatalogModule({
        plugins,
        sightings: options.sightings,
        isPublishing: homes.list().length > 0 && options.publish.kinds.size > 0,
        startedAt,
        now,
      }),
      hostCatalogRules(root),
      hostEvents(plugins),
      hostSignals(plugins),
      hostActions({ config: root, plugins, registersActions: false }),
    ],
  });
}
