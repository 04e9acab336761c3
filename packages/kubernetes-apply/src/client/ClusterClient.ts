import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';

/**
 * Names one object in one cluster.
 *
 * @public
 */
export interface ObjectRef {
  apiVersion: string;
  kind: string;
  /** Required for namespaced kinds; ignored for others. */
  namespace?: string;
  name: string;
}

/**
 * How a cluster serves a kind.
 *
 * @public
 */
export interface ResourceInfo {
  apiVersion: string;
  group: string;
  version: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  verbs: readonly string[];
  /** Such as `status`, `scale`. */
  subresources: readonly string[];
}

/**
 * As whom to act.
 *
 * @public
 */
export interface Impersonation {
  /** Such as `system:serviceaccount:<namespace>:<name>`. Never empty. */
  user: string;
  groups?: readonly string[];
  extra?: Readonly<Record<string, readonly string[]>>;
}

/** @public */
export interface ListOptions {
  apiVersion: string;
  kind: string;
  /** All namespaces where left out. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Objects per page (default 500); all pages are read up to `maxItems`. */
  limit?: number;
  /**
   * Stops where more objects than this have been read, or the server says
   * that there are more; the result is `truncated` then.
   */
  maxItems?: number;
  /** Fetch metadata alone; cheaper by far for large objects. */
  metadataOnly?: boolean;
  signal?: AbortSignal;
}

/** @public */
export interface ListResult<T> {
  items: T[];
  resourceVersion: string;
  /** There is more than `maxItems` allowed to read. */
  truncated?: true;
}

/** @public */
export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** @public */
export interface WatchEvent<T> {
  type: WatchEventType;
  /**
   * After a re-list, DELETED events carry the object's last known identity
   * (apiVersion, kind, metadata) only.
   */
  object: T;
}

/** @public */
export interface WatchOptions<T> {
  apiVersion: string;
  kind: string;
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  metadataOnly?: boolean;
  /** The only way to end a watch. */
  signal: AbortSignal;
  /** Called once, with all objects of the first list. */
  onSync(items: T[]): void | Promise<void>;
  /** Called for each change, in order; awaited before the next. */
  onEvent(event: WatchEvent<T>): void | Promise<void>;
  /** Called for each failure; the watch goes on after a pause. */
  onError(error: Error): void;
  /** Called whenever the server has begun to answer, so also after a failure. */
  onOpen?(): void | Promise<void>;
}

/** @public */
export interface WriteOptions {
  /** Let the server do everything but store it. */
  dryRun?: boolean;
  fieldManager?: string;
  /** What the server makes of unknown and repeated fields; it warns unless told. */
  fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
  signal?: AbortSignal;
}

/** @public */
export interface ApplyOptions extends WriteOptions {
  fieldManager: string;
  /** Take over fields that others own instead of failing. */
  force?: boolean;
  subresource?: string;
  /** Called with whether the object was not there before; not of dry runs. */
  onApplied?(isNew: boolean): void;
}

/** @public */
export interface PatchOptions extends WriteOptions {
  type: 'merge' | 'json' | 'strategic';
  body: unknown;
  subresource?: string;
}

/** @public */
export interface DeleteOptions {
  /** Preconditions: the server refuses with a conflict where they differ. */
  uid?: string;
  resourceVersion?: string;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  gracePeriodSeconds?: number;
  dryRun?: boolean;
  signal?: AbortSignal;
}

/** @public */
export interface RawOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  body?: unknown;
  signal?: AbortSignal;
}

/** @public */
export interface RawResult {
  status: number;
  contentType: string;
  text: string;
}

/**
 * A Kubernetes API, for any kind. All methods reject with the typed errors of
 * this package and never return half an answer. Reads and server-side applies
 * are tried again after 429 and 5xx; other writes never are, since they might
 * have happened.
 *
 * @public
 */
export interface ClusterClient {
  /** URL of the API server. */
  readonly server: string;

  /**
   * The same cluster seen as somebody else; shares connections, budget and
   * discovery.
   *
   * @throws ImpersonationError for an empty user or empty values
   */
  as(impersonation: Impersonation): ClusterClient;

  /**
   * The same client, working for one GitOps object (any text that names it).
   * Where more is asked than the cluster's budget lets through, those who ask
   * take turns: an object with five thousand requests does not hold up another
   * with one. Whoever names nobody takes turns by user.
   */
  onBehalfOf(owner: string): ClusterClient;

  /**
   * The same client, whose every write asks first: at each attempt, once its
   * turn in the budget has come, right before it is sent. Where `check` throws,
   * nothing is sent and the write rejects with that very error. For writers
   * whose right to write can end while they wait.
   */
  guardedBy(check: () => void): ClusterClient;

  /**
   * How the cluster serves a kind; cached, read anew for unknown kinds.
   *
   * @throws UnknownKindError where the cluster says that it has no such kind
   * @throws DiscoveryUnavailableError where it cannot say
   */
  resourceOf(apiVersion: string, kind: string): Promise<ResourceInfo>;

  /**
   * The versions in which a cluster serves a kind, preferred one first; empty
   * where it serves none.
   *
   * @throws DiscoveryUnavailableError where it cannot say
   */
  versionsOf(group: string, kind: string): Promise<ResourceInfo[]>;

  /** The object; `undefined` only where the API server says it is not there. */
  get<T = KubernetesObject>(
    ref: ObjectRef,
    options?: { signal?: AbortSignal; metadataOnly?: boolean },
  ): Promise<T | undefined>;

  /** All objects of a kind, read page by page. */
  list<T = KubernetesObject>(options: ListOptions): Promise<ListResult<T>>;

  /**
   * Lists and then watches; resolves when the signal ends it. Survives lost
   * connections, dead ones (silence), expired versions (410) and restored
   * backups; after a re-list it emits the difference, deletions included.
   */
  watch<T = KubernetesObject>(options: WatchOptions<T>): Promise<void>;

  create<T = KubernetesObject>(
    object: KubernetesObject,
    options?: WriteOptions,
  ): Promise<T>;

  /** Stores the whole object; with a resourceVersion, only over that version. */
  replace<T = KubernetesObject>(
    object: KubernetesObject,
    options?: WriteOptions & { subresource?: string },
  ): Promise<T>;

  /** Server-side apply. */
  apply<T = KubernetesObject>(
    object: KubernetesObject,
    options: ApplyOptions,
  ): Promise<T>;

  patch<T = KubernetesObject>(
    ref: ObjectRef,
    options: PatchOptions,
  ): Promise<T>;

  /** `false` where the object was not there. Resolves before it is gone. */
  delete(ref: ObjectRef, options?: DeleteOptions): Promise<boolean>;

  /**
   * A request to any path below the server, for what is left (versions,
   * subject access reviews, tokens). Error statuses are returned, not thrown.
   */
  raw(path: string, options?: RawOptions): Promise<RawResult>;

  /** Closes idle connections. Requests under way finish first. */
  close(): Promise<void>;
}
