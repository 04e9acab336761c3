import { LoggerService, SchedulerService } from '@backstage/backend-plugin-api';
import { watchHealth } from '@backstage-gitops/kubernetes-apply';
import {
  GitopsKind,
  GitopsObject,
} from '@backstage-gitops/plugin-gitops-common';
import {
  ArtifactStore,
  BucketProvider,
  ClusterAccessProvider,
  RegistryCredentialSupplier,
  SopsKeyServiceProvider,
  SourceFetcher,
} from '@backstage-gitops/plugin-gitops-node';
import { Knex } from 'knex';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { ArtifactGarbage } from './artifacts/ArtifactGarbage';
import { ArtifactIndex } from './artifacts/ArtifactIndex';
import { ImagePolicyReconciler } from './controllers/image/ImagePolicyReconciler';
import { ImageRepositoryReconciler } from './controllers/image/ImageRepositoryReconciler';
import { PushHistory } from './controllers/image/automation/PushHistory';
import { UpdatePreview } from './controllers/image/automation/UpdatePreview';
import { ImageUpdateAutomationReconciler } from './controllers/image/ImageUpdateAutomationReconciler';
import { PullRequests } from './controllers/image/pullRequests/PullRequests';
import { readPullRequestWish } from './controllers/image/pullRequests/readPullRequestWish';
import {
  createNotifications,
  Notifications,
  NotificationsOptions,
} from './controllers/notification/createNotifications';
import { IncomingEvents } from './controllers/notification/events/IncomingEvents';
import { ReceiverReconciler } from './controllers/notification/receiver/ReceiverReconciler';
import { TokenVerifier } from './controllers/notification/receiver/TokenVerifier';
import { WebhookCalls } from './controllers/notification/receiver/WebhookCalls';
import { Webhooks } from './controllers/notification/receiver/Webhooks';
import { TagStore } from './controllers/image/tags/TagStore';
import { ArtifactReader } from './artifacts/ArtifactReader';
import { ArtifactUrls } from './artifacts/ArtifactUrls';
import { GitopsConfig } from './config/readGitopsConfig';
import { ChartArchives } from './controllers/helm/chart/ChartArchives';
import { ChartSources } from './controllers/helm/chart/ChartSources';
import { HelmReleaseReconciler } from './controllers/helm/HelmReleaseReconciler';
import { ReleaseRenderer } from './controllers/helm/render/ReleaseRenderer';
import { DeliveryViews } from './controllers/kustomize/DeliveryViews';
import { DeliveryTargets } from './controllers/kustomize/DeliveryTargets';
import { DriftWatches } from './controllers/kustomize/DriftWatches';
import { ExternalArtifacts } from './controllers/kustomize/ExternalArtifacts';
import { HealthCheck } from './controllers/kustomize/HealthCheck';
import { HeldPrunes } from './controllers/kustomize/HeldPrunes';
import { HealthWaits } from './controllers/kustomize/HealthWaits';
import { HealthWatches } from './controllers/kustomize/HealthWatches';
import { KustomizationReconciler } from './controllers/kustomize/KustomizationReconciler';
import { PendingInventory } from './controllers/kustomize/PendingInventory';
import { PruneHolds } from './controllers/kustomize/PruneHolds';
import { BucketFetcher } from './controllers/source/bucket/BucketFetcher';
import { ArtifactGeneratorReconciler } from './controllers/source/generator/ArtifactGeneratorReconciler';
import { GithubTokens } from './controllers/source/git/access/GithubTokens';
import { GitRepositoryFetcher } from './controllers/source/git/GitRepositoryFetcher';
import { HelmChartFetcher } from './controllers/source/helm/HelmChartFetcher';
import { HelmRepositoryFetcher } from './controllers/source/helm/HelmRepositoryFetcher';
import { OciRepositoryFetcher } from './controllers/source/oci/OciRepositoryFetcher';
import { ChartWork } from './controllers/source/helm/threads/ChartWork';
import {
  SourceReconciler,
  SourceReconcilerOptions,
} from './controllers/source/SourceReconciler';
import { GitopsEngine } from './engine/GitopsEngine';
import { DatabaseWorkQueue } from './engine/queue/DatabaseWorkQueue';
import { WorkQueue } from './engine/queue/WorkQueue';
import { ReconcileEngine } from './engine/reconcile/ReconcileEngine';
import { Reconciler } from './engine/reconcile/Reconciler';
import { EventRecorder } from './engine/report/EventRecorder';
import { HistoryStore } from './engine/report/HistoryStore';
import { ReconcileMetrics } from './engine/report/ReconcileMetrics';
import { Home } from './homes/Home';
import { HomeClaim } from './homes/HomeClaim';
import { HomeClaimStore } from './homes/HomeClaimStore';
import { Homes } from './homes/Homes';
import { HomePins } from './homes/pinHome';
import { IntegrationCredentials } from './integrations/IntegrationCredentials';
import { HttpPool } from './net/HttpPool';
import { NetworkGuard } from './net/NetworkGuard';
import { Registries } from './registries/Registries';
import { VaultKeyServiceProvider } from './secrets/sops/vault/VaultKeyServiceProvider';
import { TargetPins } from './targets/TargetPins';
import { Targets } from './targets/Targets';
import { ImageThreads } from './workers/ImageThreads';
import { ManifestBuilder } from './workers/ManifestBuilder';
import { RenderThreads } from './workers/RenderThreads';

/** What the reconcilers of one process are made of. */
export interface GitopsOptions {
  config: GitopsConfig;
  database: Knex;
  homes: Homes;
  store: ArtifactStore;
  urls: ArtifactUrls;
  /** Address of this plugin; the same for all replicas of the portal. */
  baseUrl: string;
  scheduler: SchedulerService;
  metrics: ReconcileMetrics;
  logger: LoggerService;
  /** Those that modules bring; asked before the plugin's own. */
  fetchers?: readonly SourceFetcher[];
  /** Those that modules bring; each goes before the plugin's own of its name. */
  bucketProviders?: readonly BucketProvider[];
  /** Logins to registries of clouds; one for each provider. */
  registryLogins?: readonly RegistryCredentialSupplier[];
  /** Logins to clusters of clouds; one for each provider. */
  clusterProviders?: readonly ClusterAccessProvider[];
  /** Key services of clouds, for encrypted files; one for each type of keys. */
  keyServices?: readonly SopsKeyServiceProvider[];
  /** Credentials of the portal, for repositories that may use them. */
  integrations?: Pick<IntegrationCredentials, 'authorizationFor'>;
  /** Credentials of the portal, for pull requests. Default: there are none. */
  pullRequests?: Pick<IntegrationCredentials, 'apiFor'>;
  /** What Alerts send with, beside the plugin's own. */
  notifications?: Pick<
    NotificationsOptions,
    'types' | 'identities' | 'service' | 'recipientsOf'
  >;
  /** The catalog entity that an object is tied to, if it has one. */
  entityRefOf?: (home: Home, object: GitopsObject) => string | undefined;
  /** Called after the cache of a home took over a change. */
  onChange?: (home: Home, object: GitopsObject) => void;
}

/** The reconcilers of one process, and what the API reads. */
export interface Gitops {
  engine: GitopsEngine;
  homes: Homes;
  queue: WorkQueue;
  history: HistoryStore;
  artifacts: ArtifactIndex;
  heldPrunes: HeldPrunes;
  /** Sends what Alerts are about. */
  notifications: Notifications;
  /** Takes the calls of Receivers' webhooks. */
  webhooks: Webhooks;
  /** Takes events of Flux's own controllers. */
  events: IncomingEvents;
  tags: TagStore;
  /** What automations pushed. */
  pushes: PushHistory;
  /** What automations would push. */
  preview: UpdatePreview;
  /** The claims on the homes that the portal may write to, by name of the home. */
  leases: ReadonlyMap<string, HomeClaim>;
  pins: HomePins;
  /** What is reconciled. */
  kinds: readonly GitopsKind[];
}

/** Puts the parts together; nothing runs before `engine.start()`. */
export function createGitops(options: GitopsOptions): Gitops {
  const { config, database, homes, store, urls, logger } = options;
  const owner = `${hostname()}-${process.pid}-${randomUUID()}`;
  const queue = new DatabaseWorkQueue({
    ...{ database, owner },
    leaseMs: config.leaseMs,
  });
  const artifacts = new ArtifactIndex({ database });
  const garbage = new ArtifactGarbage({ store, index: artifacts, logger });
  const pins = new HomePins({ database, logger });
  const heldPrunes = new HeldPrunes({ database });
  const watches = new HealthWatches({ watchHealth, logger });
  const drift = config.watchDrift
    ? new DriftWatches({ queue, logger })
    : undefined;
  const installCrdsIn = new Set(
    config.homes.filter(home => home.installCrds).map(home => home.name),
  );
  const views = new DeliveryViews();
  const builder = new ManifestBuilder({ workers: config.workers });
  const chartWork = new ChartWork({ workers: config.workers });
  const renderThreads = new RenderThreads({ workers: config.workers });
  const guard = new NetworkGuard(config.network);
  const connections = new HttpPool({ guard });
  const recorder = new EventRecorder({ logger });
  const notifications = createNotifications({
    ...{ homes, database, owner, connections, guard, logger, recorder },
    noCrossNamespaceRefs: config.noCrossNamespaceRefs,
    pollMs: config.pollMs,
    ...options.notifications,
  });
  const history = new HistoryStore({ database, outbox: notifications.outbox });
  const targets = new Targets({
    ...{ homes, guard, connections },
    providers: options.clusterProviders,
    policy: config.targets,
  });
  const deliveryTargets = new DeliveryTargets({
    targets,
    pins: new TargetPins({ database }),
    homePins: pins,
  });
  const registries = new Registries({
    suppliers: options.registryLogins,
    mirrors: config.registryMirrors,
  });
  const tags = new TagStore({ database });
  const pushes = new PushHistory({ database });
  const webhookCalls = new WebhookCalls({ database });
  const imageThreads = new ImageThreads({ workers: config.workers });
  const updating = {
    ...{ connections, guard, threads: imageThreads },
    wishOf: readPullRequestWish,
    credentials: {
      tokens: new GithubTokens(),
      integrations: options.integrations,
    },
    limits: {
      bytes: config.artifacts.maxSize,
      files: config.artifacts.maxFiles,
    },
    noCrossNamespaceRefs: config.noCrossNamespaceRefs,
  };
  const external = new ExternalArtifacts({
    ...{ store, connections },
    maxBytes: config.artifacts.maxSize,
  });
  const fetchers: readonly SourceFetcher[] = [
    ...(options.fetchers ?? []),
    new GitRepositoryFetcher({
      integrations: options.integrations,
    }) as SourceFetcher,
    new BucketFetcher({ providers: options.bucketProviders }) as SourceFetcher,
    new HelmRepositoryFetcher({ work: chartWork }) as SourceFetcher,
    new HelmChartFetcher({ work: chartWork, registries }) as SourceFetcher,
    new OciRepositoryFetcher({ registries }) as SourceFetcher,
  ];
  const reconcilers = [
    ...sources(fetchers, {
      store,
      index: artifacts,
      urls,
      connections,
      guard,
      limits: {
        bytes: config.artifacts.maxSize,
        files: config.artifacts.maxFiles,
      },
      kept: config.artifacts.keep,
      pins,
      noCrossNamespaceRefs: config.noCrossNamespaceRefs,
    }),
    new ArtifactGeneratorReconciler({
      ...{ store, urls },
      index: artifacts,
      limits: {
        bytes: config.artifacts.maxSize,
        files: config.artifacts.maxFiles,
      },
      noCrossNamespaceRefs: config.noCrossNamespaceRefs,
    }),
    new KustomizationReconciler({
      artifacts: new ArtifactReader({ store }),
      external,
      build: builder.build,
      pending: new PendingInventory({ database }),
      holds: new PruneHolds({ store: heldPrunes, pins }),
      targets: deliveryTargets,
      health: new HealthCheck({
        waits: new HealthWaits({ database }),
        watches,
        queue,
        targets: deliveryTargets,
        views,
      }),
      views,
      drift,
      noCrossNamespaceRefs: config.noCrossNamespaceRefs,
      additiveReadyExpr: config.additiveReadyExpr,
      allowFluxControllers: config.allowFluxControllers,
      installCrdsIn,
      strictSubstitution: config.strictSubstitution,
      strictMac: config.strictMac,
      keyServices: {
        providers: [
          new VaultKeyServiceProvider(config.vault),
          ...(options.keyServices ?? []),
        ],
        connections,
      },
    }),
    new HelmReleaseReconciler({
      charts: new ChartSources({
        archives: new ChartArchives({
          store,
          inspect: chart =>
            // Others may wait for it: it ends by its own limit of time.
            renderThreads.inspect(chart, new AbortController().signal),
        }),
        external,
        noCrossNamespaceRefs: config.noCrossNamespaceRefs,
      }),
      renderer: new ReleaseRenderer({ threads: renderThreads }),
      targets: deliveryTargets,
      additiveReadyExpr: config.additiveReadyExpr,
    }),
    new ImageRepositoryReconciler({ tags, registries, connections, pins }),
    new ImagePolicyReconciler({
      ...{ tags, registries, connections },
      noCrossNamespaceRefs: config.noCrossNamespaceRefs,
    }),
    new ImageUpdateAutomationReconciler({
      ...{ ...updating, queue, pushes },
      pullRequests:
        options.pullRequests &&
        new PullRequests({ integrations: options.pullRequests, connections }),
    }),
    new ReceiverReconciler(),
  ] as readonly Reconciler[];
  const claimStore = new HomeClaimStore({ database });
  const claims = new Map(
    config.homes
      .filter(({ mode }) => mode === 'reconcile')
      .map(({ name, leaseNamespace }) => [
        name,
        new HomeClaim({
          home: homes.find(name)!,
          store: claimStore,
          baseUrl: options.baseUrl,
          namespace: leaseNamespace,
          leaseMs: config.homeLeaseMs,
          logger,
        }),
      ]),
  );
  const engine = new GitopsEngine({
    ...config,
    // A release waits for minutes until its objects are ready.
    resting: { helm: 16 },
    homes,
    installCrdsIn,
    reconcilers,
    claims,
    pins,
    cleanUp: async signal => {
      await pushes.expire(Date.now() - config.historyMs);
      await webhookCalls.expire(Date.now());
      await notifications.expire(Date.now() - config.historyMs);
      await garbage.collect(signal);
    },
    onStart: () => notifications.pump.start(),
    onStop: async () => {
      watches.stopAll();
      await notifications.pump.stop();
      await Promise.all([
        builder.close(),
        chartWork.close(),
        renderThreads.close(),
        imageThreads.close(),
        drift?.close(),
        views.close(),
        connections.close(),
        targets.close(),
      ]);
    },
    queue,
    history,
    engine: new ReconcileEngine({
      homes,
      reconcilers,
      queue,
      history,
      events: recorder,
      metrics: options.metrics,
      logger,
    }),
    scheduler: options.scheduler,
    logger,
    entityRefOf: options.entityRefOf,
    onChange: (home, object) => {
      drift?.follow(home, object);
      options.onChange?.(home, object);
    },
  });
  return {
    engine,
    homes,
    queue,
    history,
    artifacts,
    heldPrunes,
    notifications,
    events: new IncomingEvents({
      ...{ homes, logger, history, calls: webhookCalls },
      outbox: notifications.outbox,
      tokens: new Map(
        config.homes.flatMap(({ name, eventsToken }) =>
          eventsToken === undefined ? [] : [[name, eventsToken] as const],
        ),
      ),
    }),
    webhooks: new Webhooks({
      ...{ homes, logger, calls: webhookCalls },
      verifier: new TokenVerifier({ connections }),
      noCrossNamespaceRefs: config.noCrossNamespaceRefs,
    }),
    tags,
    pushes,
    preview: new UpdatePreview(updating),
    leases: claims,
    pins,
    kinds: reconcilers.map(({ kind }) => kind),
  };
}

/** One reconciler for each kind that something fetches. */
function sources(
  fetchers: readonly SourceFetcher[],
  options: Omit<SourceReconcilerOptions, 'kind' | 'fetchers'>,
): Reconciler[] {
  const kinds = new Map(fetchers.map(({ kind }) => [kind.kind, kind]));
  return [...kinds.values()].map(
    kind =>
      new SourceReconciler({
        ...options,
        kind,
        fetchers: fetchers.filter(fetcher => fetcher.kind.kind === kind.kind),
      }) as Reconciler,
  );
}
