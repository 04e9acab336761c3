import {
  CelExpressionCache,
  compileHealthRules,
  HealthRule,
} from '@backstage-gitops/kubernetes-apply';
import {
  ConditionType,
  durationToMs,
  GitopsObject,
  HelmRelease,
  helmReleaseKind,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { Values } from '@backstage-gitops/helm';
import { jitter } from '../../engine/queue/backoff';
import { Reconciler } from '../../engine/reconcile/Reconciler';
import {
  done,
  Outcome,
  retry,
  stalled,
  waiting,
} from '../../engine/run/Outcome';
import { ObjectReference } from '../../homes/ObjectReference';
import {
  DeliveryTarget,
  DeliveryTargets,
  NoDeliveryIdentityError,
} from '../kustomize/DeliveryTargets';
import { ReadyExpressionError } from '../kustomize/errors';
import { Course, GivingWay, OvertakenError } from '../kustomize/GivingWay';
import { DEPENDENCY_RETRY_SECONDS } from '../kustomize/loadSource';
import { messageOf } from '../kustomize/reports';
import { clearFailures } from './actions/attempt';
import { StoppingError } from './actions/StoppingError';
import { uninstall } from './actions/uninstall';
import { ChartSources } from './chart/ChartSources';
import { PackedChartOfRelease } from './chart/LoadedChart';
import {
  dependencyCycle,
  dependencyReferences,
  unmetDependency,
} from './dependencies';
import { finalizeHelmRelease } from './finalizeHelmRelease';
import { configReferences, isNewsFor } from './isNewsFor';
import { planRelease } from './loop/planRelease';
import { LoopEnd, markLater, releaseLoop } from './loop/releaseLoop';
import {
  HelmRun,
  present,
  ReleaseAccess,
  ReleaseRequest,
} from './loop/ReleaseRequest';
import { takeResetRequest } from './loop/requests';
import { releaseTarget } from './release/names';
import { elderOf, formerTarget } from './releaseTargets';
import { ReleaseRenderer } from './render/ReleaseRenderer';
import { SecretMask } from './render/SecretMask';
import { composeValues } from './values/composeValues';
import { configDigest } from './values/configDigest';
import { loadReferences } from './values/loadReferences';

/** What {@link HelmReleaseReconciler} is made of. */
export interface HelmReleaseReconcilerOptions {
  charts: Pick<ChartSources, 'load' | 'remove' | 'references'>;
  renderer: Pick<
    ReleaseRenderer,
    'rendererFor' | 'chartOf' | 'forgetCapabilities'
  >;
  targets: DeliveryTargets;
  /** Dependencies with an expression have to be ready as well. */
  additiveReadyExpr: boolean;
  now?: () => number;
}

/**
 * Makes releases of charts: finds the chart, composes the values, and brings the
 * release to what both say (Flux 2.9, helm-controller 1.6).
 */
export class HelmReleaseReconciler implements Reconciler<HelmRelease> {
  readonly kind = helmReleaseKind;
  private readonly options: Required<HelmReleaseReconcilerOptions>;
  private readonly expressions = new CelExpressionCache();
  private readonly givingWay = new GivingWay();
  private readonly stopping = new AbortController();

  constructor(options: HelmReleaseReconcilerOptions) {
    this.options = { now: Date.now, ...options };
  }

  references(object: HelmRelease): ObjectReference[] {
    return [
      ...this.options.charts.references(object),
      ...dependencyReferences(object),
      ...configReferences(object),
    ];
  }

  wakesFor(
    object: HelmRelease,
    changed: GitopsObject,
    before: GitopsObject | undefined,
  ): boolean {
    return isNewsFor(object, changed, before, this.options.now());
  }

  async reconcile(run: HelmRun): Promise<Outcome> {
    let rules: HealthRule[];
    try {
      rules = this.rulesOf(run.object);
    } catch (error) {
      assertError(error);
      return misconfigured(run, error);
    }
    const loaded = await this.options.charts.load(run);
    await run.progress('Fulfilling prerequisites', { changed: false });

    let unmet: string | undefined;
    try {
      unmet = await this.unmetDependency(run);
    } catch (error) {
      assertError(error);
      if (error instanceof ReadyExpressionError) {
        return misconfigured(run, error);
      }
      throw error;
    }
    if (unmet) {
      return waitFor(run, Reason.DependencyNotReady, unmet);
    }
    switch (loaded.type) {
      case 'denied':
        await fail(run, loaded.reason, loaded.message);
        run.status.observedGeneration = run.generation;
        return stalled(new Error(loaded.message));
      case 'failed':
        await fail(run, loaded.reason, loaded.message);
        return retry(loaded.error);
      case 'pending':
        return loaded.quietUntil === undefined
          ? waitFor(run, loaded.reason, loaded.message, 'Trace')
          : // It is in the queue as this object was: there is nothing to say yet.
            waiting(loaded.reason, loaded.quietUntil);
      default:
    }
    return this.release(run, { chart: loaded.chart, rules });
  }

  async finalize(run: HelmRun): Promise<Outcome> {
    const stopping = this.stopping.signal;
    try {
      return await finalizeHelmRelease(run, { ...this.options, stopping });
    } catch (error) {
      return endOf(run, error);
    }
  }

  stop(): void {
    this.stopping.abort();
  }

  /** The chart is there: composes the values and finds the cluster. */
  private async release(
    run: HelmRun,
    found: { chart: PackedChartOfRelease; rules: readonly HealthRule[] },
  ): Promise<Outcome> {
    const { object, home, signal } = run;
    let values: Values;
    let mask: SecretMask;
    try {
      const references = await loadReferences({ home, object, signal });
      mask = SecretMask.of(references);
      values = composeValues(object.spec.values, references);
    } catch (error) {
      assertError(error);
      signal.throwIfAborted();
      await fail(run, 'ValuesError', error.message);
      return retry(error);
    }

    const elder = elderOf(home, object);
    if (elder) {
      const { namespace, name } = releaseTarget(object);
      return waitFor(
        run,
        'ReleaseConflict',
        `the release ${namespace}/${name} is made by HelmRelease ${elder} already, which is older; set another spec.releaseName, or delete one of them`,
      );
    }

    let opened: DeliveryTarget;
    try {
      opened = await this.options.targets.open(run);
    } catch (error) {
      assertError(error);
      signal.throwIfAborted();
      if (error instanceof NoDeliveryIdentityError) {
        await fail(run, Reason.AccessDenied, error.message);
        return stalled(error);
      }
      await fail(run, 'RESTClientError', messageOf(error));
      return retry(error);
    }
    const { client } = opened;
    const access: Omit<ReleaseAccess, 'target'> = {
      ...{ run, client, signal, mask, rules: found.rules },
      stopping: this.stopping.signal,
    };

    const former = formerTarget(present(run), found.chart.name);
    if (former && !run.planOnly) {
      const result = await uninstall({ ...access, target: former });
      if (result.type === 'error') {
        return retry(result.error);
      }
      delete run.status.history;
      delete run.status.storageNamespace;
      clearFailures({ run });
      return waiting('ReleaseTargetChanged', run.now());
    }

    const target = releaseTarget(object);
    noteAttempt(run, found.chart, values);
    run.status.storageNamespace = target.storageNamespace;
    const course = this.givingWay.begin(
      run,
      found.chart.artifact,
      this.options.charts.references(object)[0],
    );
    const request: ReleaseRequest = {
      ...{ ...access, target, course, values },
      chart: found.chart,
      renderer: this.options.renderer,
    };
    if (run.planOnly) {
      return this.plan(request, course);
    }
    const outcome = await this.loop(request, course);
    await this.options.targets.settle(run, opened);
    return outcome;
  }

  private async plan(
    request: ReleaseRequest,
    course: Course,
  ): Promise<Outcome> {
    const { run } = request;
    try {
      await planRelease(request);
      return done(durationToMs(run.object.spec.interval));
    } catch (error) {
      assertError(error);
      run.signal.throwIfAborted();
      await fail(run, 'PlanFailed', messageOf(error));
      return retry(error);
    } finally {
      course.end();
    }
  }

  private async loop(
    request: ReleaseRequest,
    course: Course,
  ): Promise<Outcome> {
    const { run } = request;
    try {
      return conclude(request, await releaseLoop(request));
    } catch (error) {
      if (!(error instanceof OvertakenError)) {
        return endOf(run, error);
      }
      await run.report({
        condition: { type: ConditionType.Ready, status: 'False' },
        event: 'Normal',
        reason: Reason.HealthCheckCanceled,
        message: error.message,
        revision: request.chart.version,
      });
      return waiting('Overtaken', run.now());
    } finally {
      course.end();
    }
  }

  private rulesOf({ spec }: HelmRelease): HealthRule[] {
    return compileHealthRules(spec.healthCheckExprs ?? [], {
      compile: text => this.expressions.compile(text),
    });
  }

  private async unmetDependency(run: HelmRun): Promise<string | undefined> {
    const { home, object, signal } = run;
    const unmet = await unmetDependency({
      ...{ home, object, signal },
      additive: this.options.additiveReadyExpr,
      compile: text =>
        this.expressions.compile(text, {
          variables: ['self', 'dep'],
          output: 'bool',
        }),
    });
    const cycle = unmet && dependencyCycle(home, object);
    return cycle
      ? `${unmet}; the dependencies are a cycle: ${cycle.join(' → ')}; remove one of them from spec.dependsOn`
      : unmet;
  }
}

/** The process stops: whoever may goes on at once. All else is an error. */
function endOf(run: HelmRun, error: unknown): Outcome {
  if (error instanceof StoppingError) {
    return waiting('Stopping', run.now());
  }
  throw error;
}

/** What is attempted now; where it is something else than before, failures are over. */
function noteAttempt(
  run: HelmRun,
  chart: PackedChartOfRelease,
  values: Values,
): void {
  const { status } = run;
  const digest = configDigest(values);
  const isReset = takeResetRequest(run);
  if (
    isReset ||
    status.lastAttemptedGeneration !== run.generation ||
    status.lastAttemptedRevision !== chart.version ||
    (status.lastAttemptedConfigDigest ?? digest) !== digest
  ) {
    clearFailures({ run });
  }
  status.lastAttemptedGeneration = run.generation;
  status.lastAttemptedRevision = chart.version;
  status.lastAttemptedConfigDigest = digest;
  if (chart.ociDigest) {
    status.lastAttemptedRevisionDigest = chart.ociDigest;
  } else {
    delete status.lastAttemptedRevisionDigest;
  }
  delete status.lastAttemptedValuesChecksum;
  delete status.lastReleaseRevision;
}

/** What the engine is to do after the work on a release. */
function conclude(request: ReleaseRequest, end: LoopEnd): Outcome {
  const { run } = request;
  const { status, conditions } = run;
  switch (end.type) {
    case 'done':
      status.observedGeneration = run.generation;
      return done(durationToMs(run.object.spec.interval));
    case 'later':
      status.observedGeneration = run.generation;
      markLater(request, end.afterMs);
      return waiting(
        'RetryOnFailure',
        run.now() + jitter(end.afterMs, Math.random),
      );
    case 'stalled':
      status.observedGeneration = run.generation;
      return stalled(new Error(end.message), end.reason);
    case 'again':
      return retry(
        new Error(
          conditions.get(ConditionType.Ready)?.message ?? 'the release failed',
        ),
      );
    default:
      return retry(end.error);
  }
}

/** Only another generation of the object can help (Flux 2.9). */
async function misconfigured(run: HelmRun, error: Error): Promise<Outcome> {
  const message = `Reconciliation failed terminally due to configuration error: ${messageOf(error)}`;
  await fail(run, Reason.InvalidCELExpression, message);
  run.status.observedGeneration = run.generation;
  return stalled(new Error(message));
}

async function fail(
  run: HelmRun,
  reason: string,
  message: string,
): Promise<void> {
  await run.report({
    condition: { type: ConditionType.Ready, status: 'False' },
    event: 'Warning',
    reason,
    message,
  });
}

/** Waits for something else; said once, not at every look. */
async function waitFor(
  run: HelmRun,
  reason: string,
  message: string,
  event: 'Normal' | 'Trace' = 'Normal',
): Promise<Outcome> {
  const before = run.conditions.get(ConditionType.Ready);
  const news = before?.reason !== reason || before.message !== message;
  await run.report({
    condition: { type: ConditionType.Ready, status: 'False' },
    event: news ? event : 'Trace',
    reason,
    message,
  });
  run.markRetrying(message);
  return waiting(reason, run.now() + DEPENDENCY_RETRY_SECONDS * 1_000);
}
