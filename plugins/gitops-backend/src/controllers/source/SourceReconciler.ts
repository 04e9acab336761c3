import { assertError } from '@backstage/errors';
import {
  Artifact,
  CommonStatus,
  ConditionType,
  durationToMs,
  formatObject,
  GitopsKind,
  GitopsObject,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import {
  ArtifactStore,
  ConnectionGuard,
  Fetched,
  FetchLimits,
  HttpConnections,
  NewSource,
  SourceFetcher,
  SourceFetchError,
} from '@backstage-gitops/plugin-gitops-node';
import { ArtifactIndex } from '../../artifacts/ArtifactIndex';
import { ArtifactUrls } from '../../artifacts/ArtifactUrls';
import { Claim } from '../../engine/queue/WorkQueue';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { Reconciler } from '../../engine/reconcile/Reconciler';
import {
  done,
  Outcome,
  retry,
  stalled,
  waiting,
} from '../../engine/run/Outcome';
import { Home } from '../../homes/Home';
import { ObjectReference } from '../../homes/ObjectReference';
import { HomePins } from '../../homes/pinHome';
import { FetchRun } from './FetchRun';
import { storeArtifact } from './storeArtifact';

/** What all sources have in spec and status. */
export type SourceObject = GitopsObject<
  { interval?: string; timeout?: string },
  CommonStatus & { artifact?: Artifact; url?: string }
>;

type Run = ReconcileRun<SourceObject>;

/** What {@link SourceReconciler} is made of. */
export interface SourceReconcilerOptions {
  kind: GitopsKind;
  /** The first that handles an object fetches it. */
  fetchers: readonly SourceFetcher[];
  store: ArtifactStore;
  index: ArtifactIndex;
  urls: ArtifactUrls;
  connections: HttpConnections;
  guard: ConnectionGuard;
  limits: FetchLimits;
  /** Artifacts of one object that are kept, the present one included. */
  kept: number;
  noCrossNamespaceRefs: boolean;
  pins: Pick<HomePins, 'check'>;
}

/** Conditions from which Ready follows, most important first (Flux 2.9). */
const READY_FROM = [
  ConditionType.StorageOperationFailed,
  ConditionType.FetchFailed,
  ConditionType.BuildFailed,
  ConditionType.IncludeUnavailable,
  ConditionType.ArtifactOutdated,
  ConditionType.ArtifactInStorage,
  ConditionType.SourceVerified,
  ConditionType.Stalled,
  ConditionType.Reconciling,
];

/** Those that a fetch that went well ends. */
const FAILURES = [
  ConditionType.StorageOperationFailed,
  ConditionType.FetchFailed,
  ConditionType.BuildFailed,
  ConditionType.IncludeUnavailable,
  ConditionType.ArtifactOutdated,
];

const DEFAULT_INTERVAL = '1m';
const DEFAULT_TIMEOUT = '60s';
/** Between two looks for what somebody else has to make (Flux: `--requeue-dependency`). */
const WAIT_MS = 30_000;

/**
 * Makes artifacts of sources (Flux 2.9, source-controller 1.9): asks the fetcher
 * of the object what is new, stores it, and says what came of it.
 */
export class SourceReconciler implements Reconciler<SourceObject> {
  readonly kind: GitopsKind;
  /** All that it made are artifacts, and those are the portal's own. */
  readonly finalizer = null;
  private readonly options: SourceReconcilerOptions;

  constructor(options: SourceReconcilerOptions) {
    this.kind = options.kind;
    this.options = options;
  }

  references(object: SourceObject): ObjectReference[] {
    return this.fetcherOf(object)?.references?.(object) ?? [];
  }

  /** A source of this one has another artifact. */
  wakesFor(
    _object: SourceObject,
    changed: GitopsObject,
    before: GitopsObject | undefined,
  ): boolean {
    return digestOf(changed) !== (before && digestOf(before));
  }

  isStatic(object: SourceObject): boolean {
    return this.fetcherOf(object)?.isStatic?.(object) ?? false;
  }

  async reconcile(run: Run): Promise<Outcome> {
    const fetcher = this.fetcherOf(run.object);
    if (!fetcher) {
      return this.fail(run, missingFetcher(run.object));
    }
    await this.checkStorage(run);
    const { timeout = fetcher.timeout ?? DEFAULT_TIMEOUT } = run.object.spec;
    const late = new AbortController();
    const timer = setTimeout(
      () =>
        late.abort(
          new Error(
            run.object.spec.timeout
              ? `no answer within spec.timeout (${timeout})`
              : `no answer within ${timeout}`,
          ),
        ),
      durationToMs(timeout),
    );
    const fetching = new FetchRun({
      ...this.options,
      run,
      signal: AbortSignal.any([run.signal, late.signal]),
    });
    try {
      const fetched = await fetching.fetch(fetcher);
      return fetched.type === 'unchanged'
        ? await this.unchanged(run, fetcher, fetched)
        : await this.store(run, fetcher, fetched, fetching.signal);
    } catch (error) {
      assertError(error);
      run.signal.throwIfAborted();
      return await this.fail(run, error);
    } finally {
      clearTimeout(timer);
      await fetching.dispose();
    }
  }

  async finalize(run: Run): Promise<Outcome> {
    await this.letGo(run.claim);
    return done(null);
  }

  /**
   * Where this is not reached, the garbage collection finds what it held; so it
   * does where all is gone because the home is another cluster than it was, which
   * may be a mistake that somebody is about to mend.
   */
  async gone(home: Home, claim: Claim): Promise<void> {
    if (!(await this.options.pins.check(home))) {
      await this.letGo(claim);
    }
  }

  private async letGo(claim: Claim): Promise<void> {
    const { index, store } = this.options;
    const artifacts = await index.list(claim.item.id);
    const unheld = await index.remove(
      claim,
      artifacts.map(({ digest }) => digest),
    );
    for (const digest of unheld) {
      await store.delete(digest);
    }
  }

  private fetcherOf(object: SourceObject): SourceFetcher | undefined {
    return this.options.fetchers.find(
      fetcher => fetcher.handles?.(object) ?? true,
    );
  }

  /** What the status names must be in the store, whole; else it is made again. */
  private async checkStorage(run: Run): Promise<void> {
    const { artifact } = run.status;
    if (!artifact || (await this.options.store.has(artifact.digest))) {
      return;
    }
    delete run.status.artifact;
    run.conditions.delete(ConditionType.ArtifactInStorage);
    await run.report({
      event: 'Warning',
      reason: Reason.ArtifactVerificationFailed,
      message: 'building artifact: disappeared from storage',
      revision: artifact.revision,
    });
  }

  private async unchanged(
    run: Run,
    fetcher: SourceFetcher,
    fetched: Fetched,
  ): Promise<Outcome> {
    const failedBefore =
      run.conditions.isTrue(ConditionType.FetchFailed) ||
      run.conditions.isTrue(ConditionType.BuildFailed);
    run.status.artifact = this.options.urls.renew(run.status.artifact!);
    await this.take(run, fetcher, fetched);
    const { revision, stored } = fetched;
    await run.report(
      failedBefore
        ? {
            event: 'Normal',
            reason: Reason.Succeeded,
            message: stored.message,
            revision,
          }
        : {
            event: 'Trace',
            reason: Reason.ArtifactUpToDate,
            message: `artifact up-to-date with remote revision: '${revision}'`,
            revision,
          },
    );
    return finish(run);
  }

  private async store(
    run: Run,
    fetcher: SourceFetcher,
    fetched: NewSource<GitopsObject>,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const before = run.status.artifact;
    const { revision, fileName, metadata, commit } = fetched;
    try {
      run.status.artifact = await storeArtifact({
        ...this.options,
        ...{ run, revision, fileName, metadata, commit, signal },
        maxSize: this.options.limits.bytes,
        content: fetched.content(),
      });
    } catch (error) {
      assertError(error);
      run.signal.throwIfAborted();
      if (error instanceof SourceFetchError) {
        throw error;
      }
      throw new SourceFetchError(
        signal.aborted ? (signal.reason as Error).message : error.message,
        {
          condition: ConditionType.StorageOperationFailed,
          reason: Reason.ArchiveOperationFailed,
        },
      );
    } finally {
      await fetched.dispose?.();
    }
    const { artifact } = run.status;
    await this.take(run, fetcher, fetched);
    await run.report({
      event: 'Normal',
      reason: fetched.event.reason ?? Reason.NewArtifact,
      message:
        before?.digest === artifact.digest
          ? fetched.stored.message
          : fetched.event.message,
      revision,
      metadata: { digest: artifact.digest },
    });
    return finish(run);
  }

  /** The artifact is in the store, and is what the source is now. */
  private async take(
    run: Run,
    fetcher: SourceFetcher,
    { stored, observed }: Fetched,
  ): Promise<void> {
    const status = run.status as Record<string, unknown>;
    for (const [field, value] of Object.entries(observed ?? {})) {
      if (value === undefined) {
        delete status[field];
      } else {
        status[field] = value;
      }
    }
    if (fetcher.hasUrl) {
      run.status.url = run.status.artifact!.url;
    }
    run.conditions.delete(...FAILURES);
    await run.report({
      condition: { type: ConditionType.ArtifactInStorage, status: 'True' },
      reason: stored.reason ?? Reason.Succeeded,
      message: stored.message,
    });
  }

  private async fail(run: Run, error: Error): Promise<Outcome> {
    const failure =
      error instanceof SourceFetchError
        ? error
        : new SourceFetchError(error.message, { reason: Reason.Failed });
    const { condition, reason, message } = failure;
    const before = run.conditions.get(condition);
    const isVerified = condition === ConditionType.SourceVerified;
    run.conditions.delete(
      ...FAILURES.filter(type => type !== ConditionType.ArtifactOutdated),
    );
    run.conditions.set(
      condition,
      isVerified ? 'False' : 'True',
      reason,
      message,
    );
    run.conditions.delete(ConditionType.Reconciling);
    if (failure.retry === 'stall') {
      run.conditions.markStalled(reason, message);
      run.status.observedGeneration = run.generation;
    }
    summarize(run);
    if (isVerified) {
      // It goes before that there is something newer, which the summary prefers.
      run.conditions.markFalse(ConditionType.Ready, reason, message);
    }
    if (failure.retry === 'wait') {
      // It may wait for long: one event is enough.
      const news = before?.reason !== reason || before.message !== message;
      const event = news ? 'Normal' : 'Trace';
      await run.report({ event, reason, message });
      run.markRetrying(message);
      return waiting(reason, run.now() + WAIT_MS);
    }
    await run.report({ event: 'Warning', reason, message });
    return failure.retry === 'stall' ? stalled(failure) : retry(failure);
  }
}

function finish(run: Run): Outcome {
  run.conditions.delete(ConditionType.Reconciling, ConditionType.Stalled);
  summarize(run);
  run.status.observedGeneration = run.generation;
  return done(durationToMs(run.object.spec.interval ?? DEFAULT_INTERVAL));
}

/** A signature that does not hold is what Ready says, whatever else is so. */
function summarize({ conditions }: Run): void {
  conditions.summarize(READY_FROM);
  const verified = conditions.get(ConditionType.SourceVerified);
  if (verified?.status === 'False') {
    conditions.markFalse(
      ConditionType.Ready,
      verified.reason,
      verified.message,
    );
  }
}

function digestOf(object: GitopsObject): string | undefined {
  return (object as SourceObject).status?.artifact?.digest;
}

/** Modules of the plugin fetch what needs the libraries of a cloud. */
function missingFetcher(object: SourceObject): SourceFetchError {
  const { provider } = object.spec as { provider?: string };
  const described = formatObject({
    kind: object.kind,
    namespace: object.metadata.namespace ?? 'default',
    name: object.metadata.name,
  });
  return new SourceFetchError(
    provider
      ? `nothing is installed that fetches ${described} with provider '${provider}'; add the module gitops-backend-module-${provider} to the backend, or use another provider`
      : `nothing is installed that fetches ${described}`,
    { reason: Reason.InvalidProviderConfiguration, retry: 'stall' },
  );
}
