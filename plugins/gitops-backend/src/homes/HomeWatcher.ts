import { LoggerService } from '@backstage/backend-plugin-api';
import {
  CommonStatus,
  FluxAnnotation,
  GitopsKind,
  GitopsObject,
  isPruneApproved,
} from '@backstage-gitops/plugin-gitops-common';
import { UnknownKindError } from '@backstage-gitops/kubernetes-apply';
import { Reconciler } from '../engine/reconcile/Reconciler';
import {
  WorkKey,
  WorkQueue,
  WorkRegistration,
} from '../engine/queue/WorkQueue';
import { Home } from './Home';
import { ConfigWatch } from './ConfigWatch';
import { KindView, withoutStatus } from './KindView';
import { hasMissedConfig } from './missedConfig';
import { OtherWriters } from './OtherWriters';
import { referenceTo } from './ObjectCache';

/** What {@link HomeWatcher} is made of. */
export interface HomeWatcherOptions {
  home: Home;
  reconcilers: readonly Reconciler[];
  /** Kinds that are shown and not reconciled. */
  otherKinds: readonly GitopsKind[];
  queue: WorkQueue;
  /** ConfigMaps and Secrets with such labels wake what refers to them. */
  watchConfigs?: string;
  /** Hears of changes, by which it finds out who else writes. */
  writers?: Pick<OtherWriters, 'noteChange'>;
  logger: LoggerService;
  /** The catalog entity that an object is tied to, if it has one. */
  entityRefOf?: (home: Home, object: GitopsObject) => string | undefined;
  /** Called after the cache took over a change. */
  onChange?: (home: Home, object: GitopsObject) => void;
}

/**
 * Watches the GitOps objects of one home and turns what changes into due work:
 * a new generation, a reconcile request, a deletion, and the news of something
 * that an object refers to. Changes of status alone wake nobody but referrers.
 */
export class HomeWatcher {
  private readonly home: Home;
  private readonly reconcilers: readonly Reconciler[];
  private readonly views: readonly KindView[];
  private readonly configs: ConfigWatch | undefined;
  private readonly otherKinds: readonly GitopsKind[];
  private readonly byKind: ReadonlyMap<string, Reconciler>;
  private readonly queue: WorkQueue;
  private readonly writers: HomeWatcherOptions['writers'];
  private readonly logger: LoggerService;
  private readonly entityRefOf?: HomeWatcherOptions['entityRefOf'];
  private readonly onChange?: HomeWatcherOptions['onChange'];
  /** By kind: why it is not watched just now. */
  private readonly failures = new Map<string, string>();
  /** Kinds that the home does not serve. */
  private readonly absent = new Set<string>();
  /** Queue writes in the order of the events that caused them. */
  private work: Promise<void> = Promise.resolve();
  /** New objects that are not in the queue yet. */
  private arrivals: WorkRegistration[] = [];

  constructor(options: HomeWatcherOptions) {
    this.home = options.home;
    this.reconcilers = options.reconcilers;
    this.byKind = new Map(
      options.reconcilers.map(reconciler => [reconciler.kind.kind, reconciler]),
    );
    this.queue = options.queue;
    this.writers = options.writers;
    this.logger = options.logger.child({ home: options.home.name });
    this.entityRefOf = options.entityRefOf;
    this.onChange = options.onChange;
    this.otherKinds = options.otherKinds;
    this.configs =
      options.watchConfigs === undefined
        ? undefined
        : new ConfigWatch({
            home: this.home,
            labelSelector: options.watchConfigs,
            logger: this.logger,
            onNews: (config, { isFirst }) =>
              this.enqueue(() => this.configChanged(config, isFirst)),
          });
    this.views = options.otherKinds.map(
      kind =>
        new KindView({
          ...options,
          kind,
          onNews: (object, before) =>
            this.enqueue(() => this.wakeReferrers(object, before)),
        }),
    );
  }

  /** Watches until the signal fires; whatever happens to the home. */
  async run(signal: AbortSignal): Promise<void> {
    const unsubscribe = this.home.onPlannedStatus(object => {
      const reconciler = this.byKind.get(object.kind)!;
      this.enqueue(() => this.changed(reconciler, object));
    });
    this.home.expectKinds([
      ...this.byKind.keys(),
      ...this.otherKinds.map(({ kind }) => kind),
    ]);
    await Promise.all([
      ...this.reconcilers.map(reconciler => this.watchKind(reconciler, signal)),
      ...this.views.map(view => view.run(signal)),
      this.configs?.run(signal),
    ]);
    unsubscribe();
    await this.work;
  }

  /**
   * What the portal may do in the home has changed: puts all objects that it may
   * reconcile into the queue again, and takes out those of others.
   */
  resume(): void {
    for (const reconciler of this.reconcilers) {
      const { kind, group, controller } = reconciler.kind;
      this.enqueue(async () => {
        if (this.home.modeOf(controller) !== 'observe') {
          await this.synced(reconciler, this.home.cache.list(kind));
        } else if (this.home.isWrittenByOthers(controller)) {
          await this.queue.retain({ home: this.home.name, group, kind }, []);
        }
      });
    }
  }

  private async watchKind(
    reconciler: Reconciler,
    signal: AbortSignal,
  ): Promise<void> {
    const { kind } = reconciler;
    await this.home.client.watch<GitopsObject>({
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      signal,
      onOpen: () => {
        this.failures.delete(kind.kind);
        this.absent.delete(kind.kind);
        // Now that one kind is served, the others need not be.
        for (const absent of this.absent) {
          this.failures.delete(absent);
        }
        this.home.markWatched(kind.kind, true);
        if (this.failures.size === 0) {
          this.home.markConnected();
        }
      },
      onSync: items => {
        this.enqueue(() => this.synced(reconciler, items));
        this.enqueue(async () => this.home.markListed(kind.kind));
      },
      onEvent: event => {
        if (event.type === 'DELETED') {
          this.enqueue(() => this.deleted(reconciler, event.object));
        } else {
          const object = this.home.withPlannedStatus(event.object);
          this.enqueue(() => this.changed(reconciler, object));
        }
      },
      onError: error => {
        this.home.markWatched(kind.kind, false);
        if (error instanceof UnknownKindError) {
          this.unserved(kind);
        } else {
          this.failed(kind, error.message);
        }
      },
    });
  }

  /** A home need not serve all kinds: Flux, too, is often installed in parts. */
  private unserved(kind: GitopsKind): void {
    const message = `${kind.kind} (${kind.apiVersion}) is not installed; install the CRDs or set installCrds for the home`;
    if (!this.absent.has(kind.kind)) {
      this.absent.add(kind.kind);
      this.logger.warn(`Watching ${kind.kind} failed: ${message}`);
    }
    if (this.absent.size === this.reconcilers.length) {
      this.failures.set(kind.kind, message);
      this.home.markFailed(message);
      return;
    }
    this.failures.delete(kind.kind);
    this.enqueue(async () => this.home.markListed(kind.kind));
    if (
      this.failures.size === 0 &&
      this.reconcilers.some(
        other => this.home.watchedSince(other.kind.kind) !== undefined,
      )
    ) {
      this.home.markConnected();
    }
  }

  private failed(kind: GitopsKind, message: string): void {
    this.failures.set(kind.kind, message);
    this.home.markFailed(message);
    this.logger.warn(`Watching ${kind.kind} failed: ${message}`);
  }

  private enqueue(step: () => Promise<void>): void {
    this.work = this.work.then(step).catch(error => {
      this.logger.error('A change in the home could not be queued', error);
    });
  }

  private async synced(
    reconciler: Reconciler,
    items: readonly GitopsObject[],
  ): Promise<void> {
    const { kind } = reconciler;
    const present = new Set(
      items.map(
        item => `${item.metadata.namespace ?? 'default'}/${item.metadata.name}`,
      ),
    );
    for (const known of this.home.cache.list(kind.kind)) {
      const reference = referenceTo(known);
      if (!present.has(`${reference.namespace}/${reference.name}`)) {
        this.home.cache.delete(reference);
        this.onChange?.(this.home, known);
      }
    }
    for (const item of items) {
      this.home.cache.set(item, reconciler.references(item));
      this.onChange?.(this.home, item);
    }
    if (this.isObserved(reconciler)) {
      return;
    }
    await this.queue.register(
      items.map(item => this.registrationOf(reconciler, item)),
    );
    await this.queue.retain(
      { home: this.home.name, group: kind.group, kind: kind.kind },
      items.map(item => this.keyOf(reconciler, item)),
    );
    // The queue remembers when the rest is due; what changed while nobody
    // watched is due now.
    const missed = items.filter(
      item => needsAttention(item) || this.hasMissedNews(reconciler, item),
    );
    await this.queue.wake(
      missed.map(item => this.keyOf(reconciler, item)),
      { reason: 'changed while nobody watched' },
    );
    for (const item of items) {
      await this.wakeReferrers(item, withoutStatus(item));
    }
  }

  /** What an object refers to says something that the object has not heard. */
  private hasMissedNews(reconciler: Reconciler, object: GitopsObject): boolean {
    return reconciler.references(object).some(reference => {
      const writtenAt = this.home.configs.writtenAt(reference);
      if (writtenAt !== undefined) {
        return hasMissedConfig(object, writtenAt);
      }
      return this.home.cache
        .referents(reference)
        .some(referenced =>
          reconciler.wakesFor(object, referenced, withoutStatus(referenced)),
        );
    });
  }

  private async changed(
    reconciler: Reconciler,
    object: GitopsObject,
  ): Promise<void> {
    const before = this.home.cache.set(object, reconciler.references(object));
    this.onChange?.(this.home, object);
    if (before) {
      this.writers?.noteChange(reconciler.kind.controller, before, object);
    }
    if (this.isObserved(reconciler)) {
      return;
    }
    const key = this.keyOf(reconciler, object);
    if (!before) {
      this.registerSoon(this.registrationOf(reconciler, object));
    } else {
      if (
        this.entityRefOf?.(this.home, before) !==
        this.entityRefOf?.(this.home, object)
      ) {
        await this.queue.register([this.registrationOf(reconciler, object)]);
      }
      const reason = wakeReason(before, object);
      if (reason) {
        await this.queue.wake([key], { reason });
      } else if (this.isAnswered(reconciler, object)) {
        await this.queue.wake([key], { reason: 'what it waited for is there' });
      }
    }
    await this.wakeReferrers(object, before);
  }

  /** With all that comes by the same piece of a watch. */
  private registerSoon(registration: WorkRegistration): void {
    this.arrivals.push(registration);
    if (this.arrivals.length === 1) {
      this.enqueue(async () => {
        const { arrivals } = this;
        this.arrivals = [];
        await this.queue.register(arrivals);
      });
    }
  }

  private async deleted(
    reconciler: Reconciler,
    object: GitopsObject,
  ): Promise<void> {
    this.home.cache.delete(referenceTo(object));
    this.onChange?.(this.home, object);
    if (this.isObserved(reconciler)) {
      return;
    }
    await this.queue.forget([this.keyOf(reconciler, object)]);
    if (reconciler.gone) {
      // A last run, by a claim of its own, which ends what may still run.
      await this.queue.register([this.registrationOf(reconciler, object)]);
    }
  }

  private isObserved({ kind }: Reconciler): boolean {
    return this.home.modeOf(kind.controller) === 'observe';
  }

  /** What is there when the watch begins is news only to those that did not see it. */
  private configChanged(config: GitopsObject, isFirst: boolean): Promise<void> {
    const writtenAt = this.home.configs.writtenAt(referenceTo(config)) ?? 0;
    return this.wakeReferrers(
      config,
      undefined,
      referrer => !isFirst || hasMissedConfig(referrer, writtenAt),
    );
  }

  private async wakeReferrers(
    object: GitopsObject,
    before: GitopsObject | undefined,
    concerns: (referrer: GitopsObject) => boolean = () => true,
  ): Promise<void> {
    const woken = this.home.cache
      .referrers(referenceTo(object))
      .filter(concerns)
      .flatMap(referrer => {
        const reconciler = this.byKind.get(referrer.kind);
        return reconciler &&
          !this.isObserved(reconciler) &&
          reconciler.wakesFor(referrer, object, before)
          ? [this.keyOf(reconciler, referrer)]
          : [];
      });
    if (woken.length > 0) {
      await this.queue.wake(woken, {
        reason: `${object.kind} ${object.metadata.namespace}/${object.metadata.name} changed`,
      });
    }
  }

  /**
   * The object may have begun to wait just after the news that it waits for:
   * its own status is seen later than the news was.
   */
  private isAnswered(reconciler: Reconciler, object: GitopsObject): boolean {
    return reconciler
      .references(object)
      .flatMap(reference => this.home.cache.referents(reference))
      .some(referenced => reconciler.wakesFor(object, referenced, undefined));
  }

  private registrationOf(
    reconciler: Reconciler,
    object: GitopsObject,
  ): WorkRegistration {
    return {
      ...this.keyOf(reconciler, object),
      controller: reconciler.kind.controller,
      entityRef: this.entityRefOf?.(this.home, object),
    };
  }

  private keyOf(reconciler: Reconciler, object: GitopsObject): WorkKey {
    return {
      home: this.home.name,
      group: reconciler.kind.group,
      ...referenceTo(object),
    };
  }
}

/** Why a change of an object is worth a run, if it is (Flux 2.9's predicates). */
function wakeReason(
  before: GitopsObject,
  after: GitopsObject,
): string | undefined {
  if (before.metadata.uid !== after.metadata.uid) {
    return 'created anew';
  }
  if (before.metadata.generation !== after.metadata.generation) {
    return 'spec changed';
  }
  if (requestOf(before) !== requestOf(after)) {
    return 'reconcile requested';
  }
  if (isPruneApproved(after) && !isPruneApproved(before)) {
    return 'prune approved';
  }
  if (
    after.metadata.deletionTimestamp &&
    (before.metadata.finalizers?.length !== after.metadata.finalizers?.length ||
      !before.metadata.deletionTimestamp)
  ) {
    return 'deleted';
  }
  return undefined;
}

function needsAttention(object: GitopsObject): boolean {
  const status: CommonStatus = object.status ?? {};
  const requested = requestOf(object);
  return (
    object.metadata.deletionTimestamp !== undefined ||
    isPruneApproved(object) ||
    status.observedGeneration !== object.metadata.generation ||
    (requested !== undefined && requested !== status.lastHandledReconcileAt)
  );
}

function requestOf(object: GitopsObject): string | undefined {
  return object.metadata.annotations?.[FluxAnnotation.requestedAt];
}
