import {
  ApplyError,
  ChangeSet,
  CelExpressionCache,
  formatChangeSet,
  HealthRule,
} from '@backstage-gitops/kubernetes-apply';
import {
  ConditionType,
  formatDurationMs,
  GitopsObject,
  Kustomization,
  kustomizationKind,
  Reason,
  sameRevision,
} from '@backstage-gitops/plugin-gitops-common';
import { ArtifactNotFoundError } from '@backstage-gitops/plugin-gitops-node';
import { assertError } from '@backstage/errors';
import { ArtifactReader } from '../../artifacts/ArtifactReader';
import { Reconciler } from '../../engine/reconcile/Reconciler';
import { ObjectReference } from '../../homes/ObjectReference';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import {
  done,
  Outcome,
  retry,
  stalled,
  waiting,
} from '../../engine/run/Outcome';
import {
  AdaptedObjects,
  adaptFluxObjects,
  FluxPolicy,
} from './adaptFluxObjects';
import { applyManifests, AppliedManifests } from './applyManifests';
import { buildDelivery, BuildSettings } from './buildDelivery';
import { BuiltManifests, hasPath } from './buildManifests';
import {
  checkDependencies,
  dependencyCycle,
  dependencyReferences,
} from './checkDependencies';
import {
  Attempt,
  concludeHealth,
  failAttempt,
  misconfigured,
  originOf,
  succeed,
  waitFor,
} from './conclude';
import { configReferences } from './configReferences';
import {
  DeliveryTarget,
  DeliveryTargets,
  NoDeliveryIdentityError,
} from './DeliveryTargets';
import { DriftWatches } from './DriftWatches';
import { DeliveryViews } from './DeliveryViews';
import { finalizeKustomization } from './finalizeKustomization';
import { Course, GivingWay, OvertakenError } from './GivingWay';
import { ExternalArtifacts } from './ExternalArtifacts';
import { HealthCheck } from './HealthCheck';
import {
  DEPENDENCY_RETRY_SECONDS,
  loadSource,
  sourceReference,
} from './loadSource';
import { readArtifact } from './readArtifact';
import { reportPlan } from './planDelivery';
import { PendingInventory } from './PendingInventory';
import { PruneHolds } from './PruneHolds';
import { pruneStale } from './pruneStale';
import { isNewsFor } from './isNewsFor';
import { keepWritten } from './knownInventory';
import { fail, messageOf, reportChanges, reportShared } from './reports';
import { timingOf } from './timing';
import { ReadyExpressionError } from './errors';

/** What {@link KustomizationReconciler} is made of. */
export interface KustomizationReconcilerOptions extends BuildSettings {
  artifacts: ArtifactReader;
  external: ExternalArtifacts;
  pending: PendingInventory;
  holds: PruneHolds;
  targets: DeliveryTargets;
  health: HealthCheck;
  views: DeliveryViews;
  /** Where somebody watches for drift. */
  drift?: Pick<DriftWatches, 'expectDeletion'>;
  noCrossNamespaceRefs: boolean;
  /** Dependencies with an expression have to be ready as well. */
  additiveReadyExpr: boolean;
  /** Flux's own controllers may be delivered to a home that the portal reconciles. */
  allowFluxControllers: boolean;
  /** Names of the homes in which the portal installs the definitions of Flux's kinds. */
  installCrdsIn: ReadonlySet<string>;
}

type Run = ReconcileRun<Kustomization>;

/** Between two looks whether pruned deliveries have finished. */
const PRUNE_RETRY_MS = 5_000;

/**
 * Delivers a directory of an artifact: builds it, applies it, prunes what left
 * it and checks its health (Flux 2.9, kustomize-controller 1.9).
 */
export class KustomizationReconciler implements Reconciler<Kustomization> {
  readonly kind = kustomizationKind;
  private readonly options: KustomizationReconcilerOptions;
  private readonly expressions = new CelExpressionCache();
  private readonly givingWay = new GivingWay();
  private readonly compile = (text: string) =>
    this.expressions.compile(text, {
      variables: ['self', 'dep'],
      output: 'bool',
    });

  constructor(options: KustomizationReconcilerOptions) {
    this.options = options;
  }

  references(object: Kustomization): ObjectReference[] {
    return [
      sourceReference(object),
      ...dependencyReferences(object),
      ...configReferences(object),
    ];
  }

  wakesFor(
    object: Kustomization,
    changed: GitopsObject,
    before: GitopsObject | undefined,
  ): boolean {
    return isNewsFor(object, changed, before);
  }

  async reconcile(run: Run): Promise<Outcome> {
    const { object } = run;
    const timing = timingOf(object.spec);

    let rules: HealthRule[];
    try {
      rules = this.options.health.rulesOf(run);
    } catch (error) {
      assertError(error);
      return misconfigured(run, error);
    }

    const loaded = await loadSource({
      home: run.home,
      object,
      noCrossNamespaceRefs: this.options.noCrossNamespaceRefs,
      now: run.now(),
      signal: run.signal,
    });
    switch (loaded.type) {
      case 'new':
        // It is in the queue as this object was: there is nothing to say yet.
        return waiting('SourcePending', loaded.until);
      case 'denied':
        await fail(run, Reason.AccessDenied, loaded.message);
        return stalled(new Error(loaded.message));
      case 'missing':
        await fail(run, Reason.ArtifactFailed, loaded.message);
        return retry(new Error(loaded.message), timing.retryMs);
      case 'empty':
        return waitFor(run, Reason.ArtifactFailed, loaded.message, 'Trace');
      default:
    }
    const { artifact } = loaded;
    run.eventMetadata = { originRevision: originOf(artifact) };

    const resumed = await this.options.health.resume(
      run,
      artifact.revision,
      rules,
    );
    if (resumed) {
      return concludeHealth(run, resumed, {
        artifact,
        startedAt: resumed.startedAt,
        timing,
        rules,
      });
    }
    const configs = run.home.configs.of(configReferences(object));

    let unmet: string | undefined;
    try {
      unmet = await checkDependencies({
        home: run.home,
        object,
        revision: artifact.revision,
        compile: this.compile,
        additive: this.options.additiveReadyExpr,
        signal: run.signal,
      });
    } catch (error) {
      assertError(error);
      if (error instanceof ReadyExpressionError) {
        return misconfigured(run, error);
      }
      throw error;
    }
    if (unmet) {
      const cycle = dependencyCycle(run.home, object);
      const message = `Dependencies do not meet ready condition, retrying in ${DEPENDENCY_RETRY_SECONDS}s: ${unmet}${
        cycle
          ? `; the dependencies are a cycle: ${cycle.join(' → ')}; remove one of them from spec.dependsOn`
          : ''
      }`;
      return waitFor(run, Reason.DependencyNotReady, message);
    }
    return this.deliver(run, {
      ...{ artifact, timing, rules, configs },
      startedAt: run.now(),
    });
  }

  async finalize(run: Run): Promise<Outcome> {
    this.options.health.forget(run);
    return finalizeKustomization(run, this.options);
  }

  /** Delivers, unless something newer arrives before anything is at stake. */
  private async deliver(run: Run, attempt: Attempt): Promise<Outcome> {
    const source = sourceReference(run.object);
    const course = this.givingWay.begin(run, attempt.artifact, source);
    try {
      return await this.deliverOn(course, run, attempt);
    } catch (error) {
      if (!(error instanceof OvertakenError)) {
        throw error;
      }
      const { revision } = attempt.artifact;
      run.conditions.markProgressing(error.message, { changed: true });
      await run.report({
        event: 'Normal',
        reason: Reason.Progressing,
        message: `Reconciliation of revision ${revision} canceled: ${error.message}`,
        revision,
      });
      return waiting('Overtaken', run.now());
    } finally {
      course.end();
    }
  }

  /** From an artifact to applied, pruned objects. */
  private async deliverOn(
    course: Course,
    run: Run,
    attempt: Attempt,
  ): Promise<Outcome> {
    const { object, status } = run;
    const { artifact, timing } = attempt;
    const { revision } = artifact;
    const changed =
      !sameRevision(status.lastAppliedRevision ?? '', revision) ||
      status.observedGeneration !== run.generation;
    if (changed) {
      await run.progress(
        `Fetching manifests for revision ${revision} with a timeout of ${formatDurationMs(timing.timeoutMs)}`,
        { changed },
      );
    }

    let files;
    try {
      files = await readArtifact(run, artifact, this.options);
    } catch (error) {
      assertError(error);
      run.signal.throwIfAborted();
      if (error instanceof ArtifactNotFoundError) {
        return waitFor(
          run,
          Reason.ArtifactFailed,
          `Source is not ready, artifact not found, retrying in ${DEPENDENCY_RETRY_SECONDS}s`,
        );
      }
      return failAttempt(run, attempt, Reason.ArtifactFailed, error);
    }
    if (!hasPath(files, object.spec.path)) {
      return failAttempt(
        run,
        attempt,
        Reason.ArtifactFailed,
        new Error(
          `kustomization path not found: ${object.spec.path} is no directory of revision ${revision}; correct spec.path or add the directory`,
        ),
      );
    }
    status.lastAttemptedRevision = revision;

    let target: DeliveryTarget;
    try {
      target = await this.options.targets.open(run);
    } catch (error) {
      assertError(error);
      run.signal.throwIfAborted();
      if (error instanceof NoDeliveryIdentityError) {
        await fail(run, Reason.AccessDenied, error.message);
        return stalled(error);
      }
      return failAttempt(run, attempt, Reason.ReconciliationFailed, error);
    }
    const { client } = target;

    let built: BuiltManifests;
    try {
      const { signal } = course;
      built = await buildDelivery(
        run,
        { artifact, files, signal },
        this.options,
      );
      signal.throwIfAborted();
    } catch (error) {
      assertError(error);
      course.signal.throwIfAborted();
      return failAttempt(run, attempt, Reason.BuildFailed, error);
    }
    let adapted: AdaptedObjects;
    try {
      adapted = await adaptFluxObjects({
        client,
        objects: built.objects,
        defaultNamespace: run.namespace,
        leaveOut: this.leaveOut(run),
      });
    } catch (error) {
      assertError(error);
      course.signal.throwIfAborted();
      const reason = Reason.ReconciliationFailed;
      return failAttempt(run, attempt, reason, error, built);
    }
    for (const warning of [...built.warnings, ...adapted.warnings]) {
      await run.report({
        event: changed ? 'Warning' : 'Trace',
        reason: 'BuildWarning',
        message: warning,
        revision,
      });
    }

    if (run.planOnly) {
      await reportPlan(run, client, adapted.objects, revision);
      return done(timing.intervalMs);
    }

    let applied: AppliedManifests;
    const made: ChangeSet = { entries: [] };
    try {
      applied = await applyManifests({
        run,
        client,
        objects: adapted.objects,
        pending: this.options.pending,
        views: this.options.views,
        ...{ course, made },
        rules: attempt.rules,
      });
    } catch (error) {
      assertError(error);
      run.signal.throwIfAborted();
      const changes = error instanceof ApplyError ? error.changeSet : made;
      await reportChanges(run, formatChangeSet(changes), revision);
      await keepWritten(run, this.options.pending, {
        changes,
        failures: error instanceof ApplyError ? error.failures : [],
      });
      course.release();
      course.signal.throwIfAborted();
      return failAttempt(
        run,
        attempt,
        Reason.ReconciliationFailed,
        error,
        built,
      );
    }
    await reportChanges(run, formatChangeSet(applied.changes), revision);
    await reportShared(run, applied.changes, revision);

    const pruned = await pruneStale({
      run,
      target,
      applied,
      leftOut: adapted.leftOut,
      pending: this.options.pending,
      holds: this.options.holds,
      drift: this.options.drift,
      revision,
    });
    if (pruned.error) {
      return failAttempt(run, attempt, Reason.PruneFailed, pruned.error, built);
    }
    if (pruned.isUnfinished) {
      return waiting('Terminating', run.now() + PRUNE_RETRY_MS);
    }
    if (!run.conditions.get(ConditionType.PruneHeld)) {
      await this.options.targets.settle(run, target);
    }

    const anythingChanged =
      pruned.count > 0 ||
      applied.changes.entries.some(({ action }) =>
        ['created', 'configured'].includes(action),
      );
    const targets = this.options.health.targetsOf(run, applied.targets);
    if (targets.length === 0) {
      run.conditions.delete(ConditionType.Healthy);
      return succeed(run, attempt, built.digest, anythingChanged);
    }
    course.release();
    if (course.signal.aborted) {
      run.conditions.markFalse(
        ConditionType.Healthy,
        Reason.HealthCheckCanceled,
        messageOf(course.signal.reason),
      );
      course.signal.throwIfAborted();
    }
    const health = await this.options.health.begin(run, client, {
      revision,
      targets,
      applied,
      rules: attempt.rules,
      changed: anythingChanged,
      configs: attempt.configs,
      timeoutMs: timing.timeoutMs,
      buildDigest: built.digest,
    });
    return concludeHealth(run, health, attempt);
  }

  /** In another cluster than the home, Flux's controllers disturb nobody. */
  private leaveOut({ home, object }: Run): FluxPolicy {
    const isHome = object.spec.kubeConfig === undefined;
    return {
      controllers: isHome && !this.options.allowFluxControllers,
      crds: isHome && this.options.installCrdsIn.has(home.name),
    };
  }
}
