import {
  Artifact,
  ConditionType,
  formatDurationMs,
  Kustomization,
  Reason,
  sameRevision,
} from '@backstage-gitops/plugin-gitops-common';
import { HealthRule } from '@backstage-gitops/kubernetes-apply';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import {
  done,
  Outcome,
  retry,
  stalled,
  waiting,
} from '../../engine/run/Outcome';
import { HEALTH_WAIT } from '../../engine/reconcile/ReconcileEngine';
import { HealthCheck } from './HealthCheck';
import { recordAttempt } from './history';
import { DEPENDENCY_RETRY_SECONDS } from './loadSource';
import { fail, messageOf } from './reports';
import { timingOf } from './timing';

type Run = ReconcileRun<Kustomization>;
type Health = Awaited<ReturnType<HealthCheck['begin']>>;

/** What one attempt works with once its source is there. */
export interface Attempt {
  artifact: Artifact;
  startedAt: number;
  timing: ReturnType<typeof timingOf>;
  /** Versions of the ConfigMaps and Secrets that it begins with, where known. */
  configs?: string;
  /** Of `spec.healthCheckExprs`. */
  rules: readonly HealthRule[];
}

/** What becomes of an attempt whose objects are, or are not, healthy. */
export async function concludeHealth(
  run: Run,
  health: Health,
  attempt: Attempt,
): Promise<Outcome> {
  if (health.type === 'waiting') {
    return waiting(HEALTH_WAIT, health.until);
  }
  if (health.type === 'unhealthy') {
    run.conditions.markFalse(
      ConditionType.Healthy,
      Reason.HealthCheckFailed,
      health.message,
    );
    return failAttempt(
      run,
      attempt,
      Reason.HealthCheckFailed,
      new Error(health.message),
      { digest: health.buildDigest },
    );
  }
  const message = `Health check passed in ${formatDurationMs(health.elapsedMs)}`;
  const wasHealthy = run.object.status?.conditions?.some(
    ({ type, status }) => type === ConditionType.Healthy && status === 'True',
  );
  await run.report({
    condition: { type: ConditionType.Healthy, status: 'True' },
    event: !wasHealthy || health.changed ? 'Normal' : undefined,
    reason: Reason.Succeeded,
    message,
    revision: attempt.artifact.revision,
  });
  return succeed(run, attempt, health.buildDigest, health.changed);
}

/** All is applied, pruned and healthy; unless a prune is held, it is ready. */
export async function succeed(
  run: Run,
  attempt: Attempt,
  digest: string,
  changed: boolean,
): Promise<Outcome> {
  const { status } = run;
  const { artifact, timing } = attempt;
  const news =
    changed ||
    !sameRevision(status.lastAppliedRevision ?? '', artifact.revision);
  status.lastAppliedRevision = artifact.revision;
  status.lastAttemptedRevision = artifact.revision;
  status.lastAppliedOriginRevision = originOf(artifact);
  status.observedGeneration = run.generation;
  const durationMs = run.now() - attempt.startedAt;
  const held = run.conditions.get(ConditionType.PruneHeld);
  status.history = recordAttempt(status.history ?? [], {
    digest,
    status: held ? Reason.PruneHeld : Reason.ReconciliationSucceeded,
    revision: artifact.revision,
    originRevision: originOf(artifact),
    durationMs,
    at: run.now(),
  });
  if (held) {
    // Applied and healthy, and yet not what Git says: told when it was held.
    await run.report({
      condition: { type: ConditionType.Ready, status: 'False' },
      reason: Reason.PruneHeld,
      message: `Applied revision: ${artifact.revision}. ${held.message}`,
    });
    return done(timing.intervalMs);
  }
  await run.report({
    condition: { type: ConditionType.Ready, status: 'True' },
    reason: Reason.ReconciliationSucceeded,
    message: `Applied revision: ${artifact.revision}`,
  });
  await run.report({
    event: news ? 'Normal' : 'Trace',
    reason: Reason.ReconciliationSucceeded,
    message: `Reconciliation finished in ${formatDurationMs(durationMs)}, next run in ${run.object.spec.interval}`,
    revision: artifact.revision,
    metadata: { commit_status: 'update' },
  });
  return done(timing.intervalMs);
}

/** The attempt failed, and is tried again. */
export async function failAttempt(
  run: Run,
  attempt: Attempt,
  reason: string,
  error: Error,
  built?: { digest: string },
): Promise<Outcome> {
  const { artifact, timing, startedAt } = attempt;
  const message = messageOf(error);
  if (built) {
    run.status.history = recordAttempt(run.status.history ?? [], {
      digest: built.digest,
      status: reason,
      revision: artifact.revision,
      originRevision: originOf(artifact),
      durationMs: run.now() - startedAt,
      at: run.now(),
    });
  }
  await fail(run, reason, message, artifact.revision);
  return retry(error, timing.retryMs);
}

/** Only another generation of the object can help (Flux 2.9). */
export async function misconfigured(run: Run, error: Error): Promise<Outcome> {
  const message = `Reconciliation failed terminally due to configuration error: ${messageOf(error)}`;
  await fail(run, Reason.InvalidCELExpression, message);
  run.status.observedGeneration = run.generation;
  return stalled(new Error(message));
}

/** Waits for something else; said once, not at every look. */
export async function waitFor(
  run: Run,
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

/** The revision that an OCI artifact was made of. */
export function originOf(artifact: Artifact): string | undefined {
  return artifact.metadata?.['org.opencontainers.image.revision'];
}
