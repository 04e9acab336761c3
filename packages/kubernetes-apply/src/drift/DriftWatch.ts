import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import type { ClusterClient, ObjectRef } from '../client/ClusterClient';
import { systemClock, type Clock } from '../client/Clock';
import { groupOf, refOf } from '../object/metadata';
import { KindWatch, type WatchedKind } from './KindWatch';
import { WakeLimiter } from './WakeLimiter';

/**
 * Whose objects are: what its labels say.
 *
 * @public
 */
export interface DriftOwner {
  name: string;
  namespace: string;
}

/**
 * What woke an owner, the latest of several. No evidence of anything: what
 * has drifted, a dry run says.
 *
 * @public
 */
export interface DriftHint {
  ref: ObjectRef;
  change: 'changed' | 'deleted';
}

/** @public */
export interface DriftWatchOptions {
  /** Sees all namespaces that its owners apply to. */
  client: ClusterClient;
  /**
   * The keys of the labels that name the owner, such as
   * `kustomize.toolkit.fluxcd.io/name` and `…/namespace`. Objects without them
   * are not watched.
   */
  ownerLabels: { name: string; namespace: string };
  /** Those whose writes are not foreign. */
  fieldManagers: readonly string[];
  /**
   * At once for the first change, then after a rest. Somebody who changes it back
   * each time, such as an autoscaler, makes the rests longer: they double from
   * `minIntervalMs` to `maxIntervalMs`, and one without a change ends that.
   */
  onDrift(owner: DriftOwner, hint: DriftHint): void;
  /**
   * Whether the owner does this itself, which is no drift. Of changes, field
   * managers tell; of deletions, nothing does: without this, what an owner
   * prunes wakes it.
   */
  isExpected?(owner: DriftOwner, hint: DriftHint): boolean;
  /**
   * A kind cannot be watched, as for want of permission: its objects are
   * looked at in the owner's interval only. Told once for each kind; it is
   * tried again every now and then.
   */
  onUnwatched?(kind: { apiVersion: string; kind: string }, error: Error): void;
  /** Failures that pass: the watch goes on. */
  onError?(error: Error): void;
  /** Between wake-ups of one owner. Default 10 s. */
  minIntervalMs?: number;
  /** The longest that an owner rests. Default 10 min. */
  maxIntervalMs?: number;
  /** Before a kind that could not be watched is tried again. Default 10 min. */
  retryMs?: number;
  clock?: Clock;
}

/**
 * Wakes owners when somebody else changes or deletes what they applied: one
 * watch of metadata for each kind in the cluster, whatever the number of
 * owners. Only a wake-up; what happens while nothing watches, the owner's
 * interval finds.
 *
 * Keeps a few numbers for each object. A change is foreign where a field
 * ceases to be one of ours though we have not written (`managedFields`), so
 * that neither status nor what others add wakes anybody.
 *
 * @public
 */
export class DriftWatch {
  readonly #options: DriftWatchOptions;
  readonly #clock: Clock;
  readonly #limiter: WakeLimiter<DriftHint>;
  /** Of each follower, the kinds that it has objects of. */
  readonly #followed = new Map<string, ReadonlyMap<string, WatchedKind>>();
  readonly #watches = new Map<
    string,
    { watch: KindWatch; followers: number }
  >();
  readonly #closing = new Set<Promise<void>>();

  constructor(options: DriftWatchOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#limiter = new WakeLimiter({
      clock: this.#clock,
      intervalMs: options.minIntervalMs ?? 10_000,
      maxIntervalMs: options.maxIntervalMs ?? 600_000,
      wake: (owner, hint) => options.onDrift(ownerOf(owner), hint),
    });
  }

  /** The kinds that are watched, as `Kind.group`. */
  get kinds(): readonly string[] {
    return [...this.#watches.keys()];
  }

  /** How many objects are known. */
  get size(): number {
    return [...this.#watches.values()]
      .map(({ watch }) => watch.size)
      .reduce((sum, size) => sum + size, 0);
  }

  /**
   * Watches the kinds of an inventory, in place of those that this follower
   * had before; none ends it. Cheap where nothing changes.
   *
   * @param follower - any name that tells followers apart, such as the owner's
   */
  follow(
    follower: string,
    kinds: Iterable<{ apiVersion: string; kind: string }>,
  ): void {
    const before = this.#followed.get(follower);
    const now = new Map<string, WatchedKind>();
    for (const { apiVersion, kind } of kinds) {
      const key = keyOf({ apiVersion, kind });
      if (!now.has(key)) now.set(key, { apiVersion, kind });
    }
    // First those that come, so that what stays is not watched anew.
    for (const [key, kind] of now) if (!before?.has(key)) this.#add(key, kind);
    for (const key of before?.keys() ?? []) if (!now.has(key)) this.#drop(key);
    if (now.size > 0) this.#followed.set(follower, now);
    else this.#followed.delete(follower);
  }

  /** Resolves once the watches of all kinds have begun, or have been refused. */
  async synced(): Promise<void> {
    await Promise.all(
      [...this.#watches.values()].map(({ watch }) => watch.synced),
    );
  }

  /** Ends all watches; resolves when they have ended. */
  async close(): Promise<void> {
    for (const follower of [...this.#followed.keys()])
      this.follow(follower, []);
    this.#limiter.close();
    await Promise.all(this.#closing);
  }

  #add(key: string, kind: WatchedKind): void {
    const known = this.#watches.get(key);
    if (known) known.followers += 1;
    else {
      this.#watches.set(key, { watch: this.#watch(kind), followers: 1 });
    }
  }

  #drop(key: string): void {
    const known = this.#watches.get(key);
    if (!known) return;
    known.followers -= 1;
    if (known.followers > 0) return;
    this.#watches.delete(key);
    const closing = known.watch.close();
    this.#closing.add(closing);
    void closing.finally(() => this.#closing.delete(closing));
  }

  #watch(kind: WatchedKind): KindWatch {
    const { client, ownerLabels, fieldManagers } = this.#options;
    const { name, namespace } = ownerLabels;
    return new KindWatch({
      client,
      kind,
      labelSelector: `${name},${namespace}`,
      clock: this.#clock,
      retryMs: this.#options.retryMs ?? 600_000,
      ownerOf: ({ metadata: { labels } }) =>
        labels?.[name] && labels[namespace]
          ? `${labels[namespace]}/${labels[name]}`
          : undefined,
      isOurs: manager => fieldManagers.includes(manager),
      onForeign: (owner, object, change) =>
        this.#foreign(owner, object, kind, change),
      onUnwatched: error => this.#options.onUnwatched?.(kind, error),
      onError: error => this.#options.onError?.(error),
    });
  }

  #foreign(
    owner: string,
    object: KubernetesObject,
    kind: WatchedKind,
    change: DriftHint['change'],
  ): void {
    // Metadata comes with the kind PartialObjectMetadata.
    const hint = { ref: { ...refOf(object), ...kind }, change };
    if (!this.#options.isExpected?.(ownerOf(owner), hint)) {
      this.#limiter.request(owner, hint);
    }
  }
}

/** Of `namespace/name`. */
function ownerOf(key: string): DriftOwner {
  const [namespace, name] = key.split('/');
  return { name, namespace };
}

function keyOf({ apiVersion, kind }: WatchedKind): string {
  const group = groupOf(apiVersion);
  return group ? `${kind}.${group}` : kind;
}
