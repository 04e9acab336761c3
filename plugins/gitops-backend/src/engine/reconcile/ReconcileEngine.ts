import { LoggerService } from '@backstage/backend-plugin-api';
import { assertError } from '@backstage/errors';
import {
  CommonStatus,
  ConditionType,
  FLUX_FINALIZER,
  FluxAnnotation,
  GitopsObject,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import { KubernetesApiError } from '@backstage-gitops/kubernetes-apply';
import { Home } from '../../homes/Home';
import { Homes } from '../../homes/Homes';
import { LeaseLostError } from '../queue/LeaseLostError';
import { Claim, WorkQueue } from '../queue/WorkQueue';
import { EventRecorder } from '../report/EventRecorder';
import { HistoryStore } from '../report/HistoryStore';
import { done, Outcome, retry } from '../run/Outcome';
import { ReconcileMetrics } from '../report/ReconcileMetrics';
import { guardClaim } from './guardClaim';
import { Reconciler } from './Reconciler';
import { ReconcileRun } from './ReconcileRun';

/** The reason of an outcome that continues the same attempt later. */
export const HEALTH_WAIT = 'HealthCheck';

/** What {@link ReconcileEngine} is made of. */
export interface ReconcileEngineOptions {
  homes: Homes;
  reconcilers: readonly Reconciler[];
  queue: WorkQueue;
  events: EventRecorder;
  history: HistoryStore;
  metrics: ReconcileMetrics;
  logger: LoggerService;
  now?: () => number;
}

/**
 * Takes one claimed object through what every kind has in common: reading it,
 * deletion and finalizer, suspension, and the end of a run, where the outcome
 * turns into conditions. What lies between is the kind's {@link Reconciler}.
 */
export class ReconcileEngine {
  private readonly options: Required<ReconcileEngineOptions>;
  private readonly reconcilers = new Map<string, Reconciler>();

  constructor(options: ReconcileEngineOptions) {
    this.options = { now: Date.now, ...options };
    for (const reconciler of options.reconcilers) {
      this.reconcilers.set(
        `${reconciler.kind.group}/${reconciler.kind.kind}`,
        reconciler,
      );
    }
  }

  async run(claim: Claim): Promise<Outcome> {
    const { item } = claim;
    const reconciler = this.reconcilers.get(`${item.group}/${item.kind}`);
    const configured = this.options.homes.find(item.home);
    if (!reconciler || !configured) {
      // The home was taken out of the configuration.
      await this.options.queue.discard(claim);
      return done(null);
    }
    const { controller } = reconciler.kind;
    const guarded = guardClaim(claim, configured, controller);
    guarded.assertHeld();
    const home = configured.guardedBy(() => guarded.assertHeld());
    const startedAt = this.options.now();
    let outcome: Outcome;
    try {
      outcome = await this.runIn(home, reconciler, guarded);
    } catch (error) {
      assertError(error);
      if (error instanceof LeaseLostError) {
        throw error;
      }
      claim.signal.throwIfAborted();
      outcome = await this.failUnseen(home, guarded, error);
    }
    this.options.metrics.reconciled({
      ...item,
      outcome: outcome.type,
      durationMs: this.options.now() - startedAt,
    });
    return outcome;
  }

  private async runIn(
    home: Home,
    reconciler: Reconciler,
    claim: Claim,
  ): Promise<Outcome> {
    const { item } = claim;
    const ref = {
      apiVersion: reconciler.kind.apiVersion,
      kind: item.kind,
      namespace: item.namespace,
      name: item.name,
    };
    // What was written in the name of earlier runs must be seen: where another
    // process may have had one since, our watch may be behind it.
    const object = claim.isContinued
      ? await home.readWatched<GitopsObject>(ref)
      : await home.read<GitopsObject>(ref);
    if (!object) {
      await reconciler.gone?.(home, claim);
      await this.options.queue.discard(claim);
      return done(null);
    }
    if (object.metadata.deletionTimestamp) {
      if (home.mode === 'plan') {
        return done(null);
      }
      return this.finalize(this.begin(home, reconciler, claim, object));
    }
    if (reconciler.isStatic?.(object)) {
      await this.forget(
        this.begin(home, reconciler, claim, object),
        reconciler,
      );
      return done(null);
    }
    const kept = await this.addFinalizer(home, object, reconciler);
    const run = this.begin(home, reconciler, claim, kept);
    if (isSuspended(kept)) {
      return done(null);
    }
    try {
      return await this.reconcile(reconciler, run);
    } finally {
      await run.end();
    }
  }

  private async reconcile(
    reconciler: Reconciler,
    run: ReconcileRun,
  ): Promise<Outcome> {
    let outcome: Outcome;
    try {
      outcome = await reconciler.reconcile(run);
    } catch (error) {
      assertError(error);
      if (error instanceof LeaseLostError) {
        throw error;
      }
      if (run.signal.aborted) {
        throw run.signal.reason;
      }
      // A failure that the reconciler has no name for still ends in a
      // condition and an event; the stack is for the log alone.
      run.logger.error('Reconciliation failed unexpectedly', error);
      await run.report({
        condition: { type: ConditionType.Ready, status: 'False' },
        event: 'Warning',
        reason: Reason.ReconciliationFailed,
        message: error.message,
      });
      outcome = retry(error);
    }
    if (outcome.type === 'retry') {
      const ready = run.conditions.get(ConditionType.Ready);
      run.markRetrying(ready?.message ?? outcome.error.message);
    } else if (outcome.type === 'done') {
      run.conditions.delete(ConditionType.Reconciling, ConditionType.Stalled);
    } else if (outcome.type === 'stalled' && outcome.reason) {
      run.conditions.markStalled(outcome.reason, outcome.error.message);
    } else if (outcome.type === 'stalled') {
      const ready = run.conditions.get(ConditionType.Ready);
      run.conditions.markStalled(
        ready?.reason ?? Reason.Failed,
        ready?.message ?? outcome.error.message,
      );
    }
    if (outcome.type !== 'waiting' || outcome.reason !== HEALTH_WAIT) {
      markHandled(run);
    }
    await run.writeStatus();
    return outcome;
  }

  private async finalize(run: ReconcileRun): Promise<Outcome> {
    const reconciler = this.reconcilers.get(
      `${run.kind.group}/${run.kind.kind}`,
    )!;
    const finalizer = finalizerOf(reconciler);
    if (!run.object.metadata.finalizers?.includes(finalizer)) {
      return done(null);
    }
    const outcome = await reconciler.finalize(run).finally(() => run.end());
    if (outcome.type !== 'done') {
      await run.writeStatus();
      return outcome;
    }
    await run.tellHistory();
    await this.removeFinalizer(run, finalizer);
    await this.options.queue.discard(run.claim);
    return done(null);
  }

  /** Takes back what was done while the object was not static yet. */
  private async forget(run: ReconcileRun, reconciler: Reconciler) {
    if (run.home.mode === 'plan') {
      return;
    }
    const finalizer = finalizerOf(reconciler);
    if (run.object.metadata.finalizers?.includes(finalizer)) {
      await reconciler.finalize(run);
      await this.removeFinalizer(run, finalizer);
    }
    await run.clearStatus();
  }

  private begin(
    home: Home,
    reconciler: Reconciler,
    claim: Claim,
    object: GitopsObject,
  ): ReconcileRun {
    return new ReconcileRun({
      home,
      kind: reconciler.kind,
      object,
      claim,
      events: this.options.events,
      history: this.options.history,
      logger: this.options.logger,
      now: this.options.now,
    });
  }

  /** Written with the version that was read, so that no other finalizer is lost. */
  private async addFinalizer(
    home: Home,
    object: GitopsObject,
    reconciler: Reconciler,
  ): Promise<GitopsObject> {
    const finalizers = object.metadata.finalizers ?? [];
    const finalizer = finalizerOf(reconciler);
    if (
      finalizers.includes(finalizer) ||
      reconciler.finalizer === null ||
      home.mode === 'plan'
    ) {
      return object;
    }
    const written = await home.client.patch<GitopsObject>(
      {
        apiVersion: object.apiVersion,
        kind: object.kind,
        namespace: object.metadata.namespace,
        name: object.metadata.name,
      },
      {
        type: 'merge',
        body: {
          metadata: {
            resourceVersion: object.metadata.resourceVersion,
            finalizers: [...finalizers, finalizer],
          },
        },
        fieldManager: home.statusManager,
      },
    );
    home.cache.expect(written);
    return written;
  }

  private async removeFinalizer(
    run: ReconcileRun,
    finalizer: string,
  ): Promise<void> {
    const ref = {
      apiVersion: run.kind.apiVersion,
      kind: run.kind.kind,
      namespace: run.namespace,
      name: run.name,
    };
    // Somebody else may have written since; the finalizer goes all the same.
    for (let attempt = 0; ; attempt++) {
      const current =
        attempt === 0
          ? run.object
          : await run.home.client.get<GitopsObject>(ref);
      if (!current?.metadata.finalizers?.includes(finalizer)) {
        return;
      }
      try {
        await run.home.client.patch(ref, {
          type: 'merge',
          body: {
            metadata: {
              resourceVersion: current.metadata.resourceVersion,
              finalizers: current.metadata.finalizers.filter(
                name => name !== finalizer,
              ),
            },
          },
          fieldManager: run.home.statusManager,
        });
        return;
      } catch (error) {
        if (!(error instanceof KubernetesApiError)) {
          throw error;
        }
        if (error.status === 404) {
          return;
        }
        if (error.status !== 409 || attempt >= 4) {
          throw error;
        }
      }
    }
  }

  /**
   * The object could not even be read or written: its home is down, or refuses
   * us. There is no place for a condition then; the history and the home's
   * state say it.
   */
  private async failUnseen(
    home: Home,
    claim: Claim,
    error: Error,
  ): Promise<Outcome> {
    if (
      error instanceof KubernetesApiError &&
      error.status === 409 &&
      claim.item.failures === 0
    ) {
      // Somebody wrote between our read and our write; look again at once.
      return retry(error, 0);
    }
    const message = `Home ${home.name} did not let ${claim.item.kind} ${claim.item.namespace}/${claim.item.name} be read or written: ${error.message}`;
    this.options.logger.warn(message);
    const at = this.options.now();
    await this.options.history.append(claim, [
      { at, type: 'Warning', reason: 'HomeUnavailable', message },
    ]);
    return retry(error);
  }
}

function finalizerOf({ finalizer }: Reconciler): string {
  return finalizer ?? FLUX_FINALIZER;
}

function isSuspended(object: GitopsObject): boolean {
  return (object.spec as { suspend?: boolean } | undefined)?.suspend === true;
}

/** Copied at the end of every attempt, whatever its outcome (Flux 2.9). */
function markHandled(run: ReconcileRun): void {
  const requestedAt =
    run.object.metadata.annotations?.[FluxAnnotation.requestedAt];
  if (requestedAt !== undefined) {
    (run.status as CommonStatus).lastHandledReconcileAt = requestedAt;
  }
}
