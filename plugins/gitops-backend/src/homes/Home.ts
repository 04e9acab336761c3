import {
  ClusterClient,
  Impersonation,
  ObjectRef,
  PruneBounds,
} from '@backstage-gitops/kubernetes-apply';
import {
  Controller,
  GitopsObject,
} from '@backstage-gitops/plugin-gitops-common';
import { ReplacedCluster } from './pinHome';
import { ConfigVersions } from './ConfigVersions';
import { cacheKey, ObjectCache, referenceTo } from './ObjectCache';

/** What the portal does in a home. */
export type HomeMode =
  /** Reads objects and shows them; writes nothing. */
  | 'observe'
  /** Fetches, builds and tries by dry run what a reconcile would do; writes nothing. */
  | 'plan'
  /** Reconciles them. */
  | 'reconcile';

/** Whether a home answers, for people and for the doctor. */
export interface HomeState {
  /** False until the first successful list, and while the connection is down. */
  connected: boolean;
  /** The last error, while there is one. */
  error?: string;
  /** Milliseconds since the epoch. */
  since: number;
}

/** The portal's right to write to a home, which ends where it is not renewed. */
export interface Tenure {
  readonly isHeld: boolean;
  /** Why it is not held. */
  readonly reason: string;
}

/** What is made of sources, or wakes them, so that their writer must be ours, too. */
const NEEDS_SOURCES: ReadonlySet<Controller> = new Set([
  'kustomize',
  'helm',
  'image',
  'notification',
]);

/** What {@link Home} is made of. */
export interface HomeOptions {
  name: string;
  mode: HomeMode;
  client: ClusterClient;
  /** Impersonated for objects that name no ServiceAccount. */
  defaultServiceAccount?: string;
  /** Whether objects without a ServiceAccount may use the portal's credential. */
  allowPortalCredential: boolean;
  /** From when on a prune is held for approval. */
  pruneBounds?: Partial<PruneBounds>;
  /** UID of the namespace kube-system; default: the one that is seen first. */
  clusterUid?: string;
  now?: () => number;
}

/** A Kubernetes API that holds GitOps objects. */
export class Home {
  readonly name: string;
  /** The portal's own credential: GitOps objects, their Secrets, events. */
  readonly client: ClusterClient;
  readonly cache = new ObjectCache();
  /** Of what deliveries take values and keys from. */
  readonly configs = new ConfigVersions();
  /** Field manager of finalizers and status; not Flux's, so that foreign writers are told apart. */
  readonly statusManager = 'backstage-gitops';
  readonly pruneBounds?: Partial<PruneBounds>;
  readonly clusterUid?: string;
  private replacedBy: ReplacedCluster | undefined;
  /** As app-config says; what is done may be less. */
  readonly configuredMode: HomeMode;
  /** By kind: since when its watch is connected, ms since the epoch. */
  private readonly watched = new Map<string, number>();
  private readonly planned = new Map<string, object>();
  private readonly planListeners = new Set<(object: GitopsObject) => void>();
  private otherWriter: string | undefined;
  private otherWriters: ReadonlyMap<Controller, string> = new Map();
  private tenure: Tenure | undefined;
  /** Kinds whose objects have not been listed yet; of none before the watches start. */
  private unlisted: Set<string> | undefined;
  private readonly defaultServiceAccount?: string;
  private readonly allowPortalCredential: boolean;
  private readonly now: () => number;
  private current: HomeState;

  constructor(options: HomeOptions) {
    this.name = options.name;
    this.configuredMode = options.mode;
    this.client = options.client;
    this.defaultServiceAccount = options.defaultServiceAccount;
    this.allowPortalCredential = options.allowPortalCredential;
    this.pruneBounds = options.pruneBounds;
    this.clusterUid = options.clusterUid;
    this.now = options.now ?? Date.now;
    this.current = { connected: false, since: this.now() };
  }

  get state(): HomeState {
    return this.current;
  }

  /**
   * The configured mode, or `observe` while somebody else reconciles here or the
   * portal has no claim on the home. Where others run some of the controllers
   * only, it is that of sources, which all else needs.
   */
  get mode(): HomeMode {
    return this.modeOf('source');
  }

  /** The mode for the objects of one controller. */
  modeOf(controller: Controller): HomeMode {
    const { configuredMode, tenure } = this;
    return this.isWrittenByOthers(controller) ||
      (configuredMode === 'reconcile' && tenure?.isHeld === false)
      ? 'observe'
      : configuredMode;
  }

  /** Whether somebody else reconciles the objects of a controller, or their sources. */
  isWrittenByOthers(controller: Controller): boolean {
    return (
      this.otherWriter !== undefined || this.hasOtherController(controller)
    );
  }

  /** Whether it is another controller that does so, as opposed to a portal. */
  hasOtherController(controller: Controller): boolean {
    return (
      this.otherWriters.has(controller) ||
      (NEEDS_SOURCES.has(controller) && this.otherWriters.has('source'))
    );
  }

  /**
   * Who else reconciles objects of this home, or why else the portal does less
   * there than its configured mode says.
   */
  get writer(): string | undefined {
    if (this.otherWriter !== undefined) {
      return this.otherWriter;
    }
    if (this.otherWriters.size > 0) {
      return [...this.otherWriters.values()].join(', ');
    }
    return this.isBetweenClaims ? `nobody: ${this.tenure?.reason}` : undefined;
  }

  /** The portal reconciles here, but for its claim, which it does not hold now. */
  get isBetweenClaims(): boolean {
    return (
      this.configuredMode === 'reconcile' &&
      !this.isWrittenByOthers('source') &&
      this.tenure?.isHeld === false
    );
  }

  /** Another writer of the home as a whole. */
  setOtherWriter(writer: string | undefined): void {
    this.otherWriter = writer;
  }

  /** Other writers by the controller of ours that does the same. */
  setOtherWriters(writers: ReadonlyMap<Controller, string>): void {
    this.otherWriters = writers;
  }

  /** From now on the portal writes only while it holds this. */
  setTenure(tenure: Tenure): void {
    this.tenure = tenure;
  }

  /** The same home for one run: each write through `client` asks first. */
  guardedBy(check: () => void): Home {
    const client = this.client.guardedBy(check);
    return new Proxy(this, {
      get: (home, key, receiver) =>
        key === 'client' ? client : Reflect.get(home, key, receiver),
    });
  }

  /** Set where it is another cluster than it was; nothing is pruned there. */
  get replaced(): ReplacedCluster | undefined {
    return this.replacedBy;
  }

  setReplaced(replaced: ReplacedCluster | undefined): void {
    this.replacedBy = replaced;
  }

  /**
   * Reads a GitOps object from the API. Where nothing may be written, its status
   * is the one that a run would have written.
   */
  async read<T extends GitopsObject>(
    ref: ObjectRef,
    options: { signal?: AbortSignal } = {},
  ): Promise<T | undefined> {
    const object = await this.client.get<T>(ref, options);
    return object && this.withPlannedStatus(object);
  }

  /**
   * As {@link Home.read}, but from memory where that is as good: the kind is
   * watched just now, and what this process wrote itself was seen. It may be
   * older than the API server's by what a watch takes; who reads it is woken by
   * what comes. Not for what decides over deleting, or over other objects.
   */
  async readWatched<T extends GitopsObject>(
    ref: ObjectRef,
    options: { signal?: AbortSignal } = {},
  ): Promise<T | undefined> {
    const { kind, namespace = 'default', name } = ref;
    const object =
      this.mode === 'reconcile' && this.watched.has(kind)
        ? this.cache.getUnlessBehind({ kind, namespace, name })
        : undefined;
    return object ? (object as T) : this.read<T>(ref, options);
  }

  /** As {@link Home.readWatched}, all objects of a kind in a namespace. */
  async listWatched<T extends GitopsObject>(
    ref: { apiVersion: string; kind: string; namespace: string },
    options: { signal?: AbortSignal } = {},
  ): Promise<T[]> {
    const { kind, namespace } = ref;
    const known =
      this.mode === 'reconcile' && this.watched.has(kind)
        ? this.cache.listUnlessBehind(kind, namespace)
        : undefined;
    if (known) {
      return known as T[];
    }
    const { items } = await this.client.list<T>({ ...ref, ...options });
    return items.map(item => this.withPlannedStatus(item));
  }

  /** Keeps the status that a run would have written, in memory. */
  keepPlannedStatus(object: GitopsObject, status: object): void {
    this.planned.set(cacheKey(referenceTo(object)), status);
    for (const listener of this.planListeners) {
      listener({ ...object, status });
    }
  }

  withPlannedStatus<T extends GitopsObject>(object: T): T {
    const status =
      this.mode === 'plan'
        ? this.planned.get(cacheKey(referenceTo(object)))
        : undefined;
    return status ? { ...object, status } : object;
  }

  onPlannedStatus(listener: (object: GitopsObject) => void): () => void {
    this.planListeners.add(listener);
    return () => this.planListeners.delete(listener);
  }

  /** The kinds that are going to be watched. */
  expectKinds(kinds: readonly string[]): void {
    this.unlisted = new Set(kinds);
  }

  /** The cache holds all objects of a kind. */
  markListed(kind: string): void {
    this.unlisted?.delete(kind);
  }

  /** Whether the cache has held all objects of the home at some time. */
  get isListed(): boolean {
    return this.unlisted?.size === 0;
  }

  /** The watch of a kind is connected, or not any more. */
  markWatched(kind: string, isWatched: boolean): void {
    if (!isWatched) {
      this.watched.delete(kind);
    } else if (!this.watched.has(kind)) {
      this.watched.set(kind, this.now());
    }
  }

  /** Since when a kind is watched, in ms since the epoch, if it is. */
  watchedSince(kind: string): number | undefined {
    return this.watched.get(kind);
  }

  markConnected(): void {
    if (!this.current.connected || this.current.error) {
      this.current = { connected: true, since: this.now() };
    }
  }

  markFailed(error: string): void {
    if (this.current.connected || this.current.error !== error) {
      this.current = { connected: false, error, since: this.now() };
    }
  }

  /** Whom deliveries act as that name no ServiceAccount: one of that name, or `portal`. */
  get defaultIdentity(): { serviceAccount: string } | 'portal' | undefined {
    if (this.defaultServiceAccount) {
      return { serviceAccount: this.defaultServiceAccount };
    }
    return this.allowPortalCredential ? 'portal' : undefined;
  }

  /**
   * Whom a delivery acts as (Flux 2.9: `system:serviceaccount:<ns>:<name>`).
   * `portal` only where the home allows it; undefined means that nobody may.
   */
  deliveryIdentity(options: {
    namespace: string;
    serviceAccountName?: string;
  }): Impersonation | 'portal' | undefined {
    const account = options.serviceAccountName || this.defaultServiceAccount;
    if (account) {
      return {
        user: `system:serviceaccount:${options.namespace}:${account}`,
        groups: [
          'system:serviceaccounts',
          `system:serviceaccounts:${options.namespace}`,
          'system:authenticated',
        ],
      };
    }
    return this.allowPortalCredential ? 'portal' : undefined;
  }
}
