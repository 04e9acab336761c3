import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { mockServices } from '@backstage/backend-test-utils';
import { LoggerService, SchedulerService } from '@backstage/backend-plugin-api';
import {
  ClusterClient,
  createClusterClient,
  PruneBounds,
} from '@backstage-gitops/kubernetes-apply';
import {
  GitopsObject,
  GitRepository,
  Kustomization,
} from '@backstage-gitops/plugin-gitops-common';
import {
  Sandbox,
  startKubernetesApi,
  startSandbox,
} from '@backstage-gitops/sandbox';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { KubeConfig } from '@kubernetes/client-node';
import { Knex } from 'knex';
import { ArtifactUrls } from '../artifacts/ArtifactUrls';
import { FileArtifactStore } from '../artifacts/FileArtifactStore';
import { createGitops, Gitops, GitopsOptions } from '../createGitops';
import { Home, HomeMode } from '../homes/Home';
import { Homes } from '../homes/Homes';

const idleScheduler = mockServices.scheduler.mock() as SchedulerService;

/** User agent of the portals' requests. */
export const PORTAL_AGENT = 'portal';

/** What a test may change about a portal. */
export interface PortalOptions {
  mode?: HomeMode;
  leaseMs?: number;
  homeLeaseMs?: number;
  baseUrl?: string;
  /** Homes besides `demo`, such as those of {@link World.homeNamed}. */
  moreHomes?: readonly { home: Home; mode: HomeMode }[];
  allowPortalCredential?: boolean;
  noCrossNamespaceRefs?: boolean;
  strictSubstitution?: boolean;
  strictMac?: boolean;
  vault?: GitopsOptions['config']['vault'];
  watchDrift?: boolean;
  watchConfigs?: string;
  allowFluxControllers?: boolean;
  additiveReadyExpr?: boolean;
  logger?: LoggerService;
  pruneBounds?: Partial<PruneBounds>;
  clusterUid?: string;
  defaultServiceAccount?: string;
  entityRefOf?: GitopsOptions['entityRefOf'];
  fetchers?: GitopsOptions['fetchers'];
  bucketProviders?: GitopsOptions['bucketProviders'];
  clusterProviders?: GitopsOptions['clusterProviders'];
  keyServices?: GitopsOptions['keyServices'];
  integrations?: GitopsOptions['integrations'];
  pullRequests?: GitopsOptions['pullRequests'];
  notifications?: GitopsOptions['notifications'];
}

/**
 * A sandbox and any number of portals over it, each a process' worth of
 * reconcilers; nothing is mocked but the scheduler, which does not tick.
 */
export class World {
  sandbox: Sandbox;
  /** With the rights of the cluster's administrator. */
  readonly client: ClusterClient;
  readonly directory: string;
  /** For portals whose log a test waits for; see {@link World.nextLog}. */
  readonly logger: LoggerService;
  private readonly logListeners = new Set<(line: string) => void>();
  private readonly portals: Gitops[] = [];
  private readonly otherKubeconfig?: string;

  private constructor(
    sandbox: Sandbox,
    directory: string,
    otherKubeconfig?: string,
  ) {
    this.sandbox = sandbox;
    this.directory = directory;
    this.otherKubeconfig = otherKubeconfig;
    this.client = this.connect('administrator');
    const heard = (message: string) => {
      for (const listener of this.logListeners) {
        listener(message);
      }
    };
    this.logger = {
      error: heard,
      warn: heard,
      info: heard,
      debug: heard,
      child: () => this.logger,
    };
  }

  /** The next line that matches, of a portal that logs to `logger`. */
  nextLog(pattern: RegExp): Promise<string> {
    return new Promise(resolve => {
      const listener = (line: string) => {
        if (pattern.test(line)) {
          this.logListeners.delete(listener);
          resolve(line);
        }
      };
      this.logListeners.add(listener);
    });
  }

  /** With another cluster than the sandbox's, where its kubeconfig is given. */
  static async start(options: { kubeconfig?: string } = {}): Promise<World> {
    const directory = await mkdtemp(path.join(tmpdir(), 'gitops-world-'));
    const sandbox = await startSandbox({
      dataDir: path.join(directory, 'sandbox'),
    });
    return new World(sandbox, directory, options.kubeconfig);
  }

  async stop(): Promise<void> {
    for (const portal of this.portals.splice(0)) {
      await portal.engine.stop();
    }
    await this.client.close();
    await this.sandbox.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  /**
   * Another cluster, with nothing in it, answers from now on at the address of
   * the one before, to the same credentials.
   */
  async replaceCluster(): Promise<void> {
    const { git, s3, registry, kubernetes } = this.sandbox;
    await kubernetes.stop();
    const replacement = await startKubernetesApi({
      dataDir: path.dirname(kubernetes.kubeconfigPath),
      port: kubernetes.port,
    });
    this.sandbox = {
      git,
      s3,
      registry,
      kubernetes: replacement,
      stop: async () => {
        await Promise.all([
          git.stop(),
          s3.stop(),
          registry.stop(),
          replacement.stop(),
        ]);
      },
    };
  }

  /** Starts the reconcilers over a database. */
  async startPortal(
    database: Knex,
    options: PortalOptions = {},
  ): Promise<Gitops> {
    const portal = this.createPortal(database, options);
    this.portals.push(portal);
    await portal.engine.start();
    return portal;
  }

  /** The portals that were started and not stopped. */
  get running(): readonly Gitops[] {
    return [...this.portals];
  }

  async stopPortal(portal: Gitops): Promise<void> {
    this.portals.splice(this.portals.indexOf(portal), 1);
    await portal.engine.stop();
  }

  /** Applies an object as an administrator would with kubectl. */
  async apply<T extends KubernetesObject>(object: T): Promise<T> {
    return this.client.apply<T>(object, {
      fieldManager: 'test',
      force: true,
    });
  }

  /**
   * Follows an object until it is as wanted; fails with its last state when the
   * time is over.
   */
  async until<T extends KubernetesObject>(
    ref: { apiVersion: string; kind: string; namespace?: string; name: string },
    wanted: (object: T | undefined) => boolean,
    timeoutMs = 60_000,
  ): Promise<T> {
    const stop = new AbortController();
    const timeout = setTimeout(() => stop.abort(), timeoutMs);
    let last: T | undefined;
    let reached = false;
    const see = (object: T | undefined) => {
      if (!reached) {
        last = object;
        if (wanted(object)) {
          reached = true;
          stop.abort();
        }
      }
    };
    await this.client.watch<T>({
      apiVersion: ref.apiVersion,
      kind: ref.kind,
      namespace: ref.namespace,
      signal: stop.signal,
      onSync: items => see(items.find(item => item.metadata.name === ref.name)),
      onEvent: ({ type, object }) => {
        if (object.metadata.name === ref.name) {
          see(type === 'DELETED' ? undefined : object);
        }
      },
      onError: () => {},
    });
    clearTimeout(timeout);
    if (!reached) {
      throw new Error(
        `${ref.kind} ${ref.name} did not become as wanted: ${JSON.stringify(last, null, 2)}`,
      );
    }
    return last as T;
  }

  /** For what nothing tells of, such as rows of a database. */
  async eventually(
    isSo: () => unknown | Promise<unknown>,
    timeoutMs = 60_000,
  ): Promise<void> {
    const end = Date.now() + timeoutMs;
    while (!(await isSo())) {
      if (Date.now() > end) {
        throw new Error(`It did not become so: ${isSo}`);
      }
      await new Promise(resolve => {
        setTimeout(resolve, 20);
      });
    }
  }

  /** Resolves when the portal has made these CustomResourceDefinitions. */
  async untilKinds(...names: string[]): Promise<void> {
    for (const name of names) {
      await this.until<KubernetesObject>(
        {
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          name,
        },
        definition => definition !== undefined,
      );
    }
  }

  /** The messages of the Kubernetes events about an object. */
  async eventsOf(object: GitopsObject): Promise<string[]> {
    const { items } = await this.client.list<
      KubernetesObject & {
        involvedObject: { uid: string };
        reason: string;
        message: string;
      }
    >({
      apiVersion: 'v1',
      kind: 'Event',
      namespace: object.metadata.namespace,
    });
    return items
      .filter(event => event.involvedObject.uid === object.metadata.uid)
      .map(event => `${event.reason}: ${event.message}`);
  }

  /** A home of another portal, or of one that has several. */
  homeNamed(name: string, mode: HomeMode): { home: Home; mode: HomeMode } {
    const client = this.connect(PORTAL_AGENT);
    return {
      home: new Home({ name, mode, client, allowPortalCredential: true }),
      mode,
    };
  }

  private connect(userAgent: string): ClusterClient {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromString(
      this.otherKubeconfig ?? this.sandbox.kubernetes.kubeconfig,
    );
    return createClusterClient({ kubeConfig, userAgent });
  }

  private createPortal(database: Knex, options: PortalOptions): Gitops {
    const name = 'demo';
    const mode = options.mode ?? 'reconcile';
    const home = new Home({
      name,
      mode,
      client: this.connect(PORTAL_AGENT),
      allowPortalCredential: options.allowPortalCredential ?? true,
      pruneBounds: options.pruneBounds,
      clusterUid: options.clusterUid,
      defaultServiceAccount: options.defaultServiceAccount,
    });
    const all = [{ home, mode }, ...(options.moreHomes ?? [])];
    return createGitops({
      config: {
        homes: all.map(one => ({
          name: one.home.name,
          mode: one.mode,
          access: { type: 'inCluster' },
          installCrds: one.mode === 'reconcile',
          leaseNamespace: 'default',
          allowPortalCredential: true,
        })),
        artifacts: {
          directory: this.directory,
          maxSize: 10 * 1024 * 1024,
          maxFiles: 10_000,
          keep: 2,
        },
        network: { allow: ['127.0.0.0/8', 'localhost'] },
        concurrency: { source: 2, kustomize: 2, helm: 2, image: 2 },
        pollMs: 100,
        leaseMs: options.leaseMs ?? 30_000,
        homeLeaseMs: options.homeLeaseMs ?? 10_000,
        historyMs: 3_600_000,
        noCrossNamespaceRefs: options.noCrossNamespaceRefs ?? false,
        strictSubstitution: options.strictSubstitution ?? true,
        strictMac: options.strictMac ?? false,
        vault: options.vault,
        watchDrift: options.watchDrift ?? true,
        watchConfigs: options.watchConfigs,
        additiveReadyExpr: options.additiveReadyExpr ?? false,
        targets: { allowExec: false, allowInsecure: false },
        allowFluxControllers: options.allowFluxControllers ?? false,
      },
      database,
      homes: new Homes(all.map(one => one.home)),
      store: new FileArtifactStore({
        directory: path.join(this.directory, 'artifacts'),
      }),
      urls: new ArtifactUrls({
        baseUrl: 'http://portal/api/gitops',
        key: randomBytes(32),
      }),
      baseUrl: options.baseUrl ?? 'http://portal/api/gitops',
      scheduler: idleScheduler,
      metrics: { reconciled() {} },
      entityRefOf: options.entityRefOf,
      fetchers: options.fetchers,
      bucketProviders: options.bucketProviders,
      clusterProviders: options.clusterProviders,
      keyServices: options.keyServices,
      integrations: options.integrations,
      pullRequests: options.pullRequests,
      notifications: options.notifications,
      logger: options.logger ?? mockServices.logger.mock(),
    });
  }
}

/** A GitRepository over a repository of the sandbox. */
export function gitRepository(
  url: string,
  overrides: Partial<GitRepository['spec']> = {},
  name = 'repo',
): GitRepository {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name, namespace: 'default' },
    spec: { interval: '1h', url, ref: { branch: 'main' }, ...overrides },
  };
}

/** A Kustomization over {@link gitRepository}. */
export function kustomization(
  overrides: Partial<Kustomization['spec']> = {},
  name = 'app',
): Kustomization {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: 'default' },
    spec: {
      interval: '1h',
      retryInterval: '1h',
      prune: true,
      path: './app',
      sourceRef: { kind: 'GitRepository', name: 'repo' },
      ...overrides,
    },
  };
}

/** The Ready condition of an object, if it has one. */
export function readyOf(object: GitopsObject | undefined) {
  const status = object?.status as
    | {
        conditions?: {
          type: string;
          status: string;
          reason: string;
          message: string;
        }[];
      }
    | undefined;
  return status?.conditions?.find(({ type }) => type === 'Ready');
}
