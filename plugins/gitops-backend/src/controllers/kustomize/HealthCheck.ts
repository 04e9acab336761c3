import {
  CelExpressionCache,
  ClusterClient,
  compileHealthRules,
  describeUnhealthy,
  healthOf,
  HealthRule,
  ObjectHealth,
  ObjectRef,
} from '@backstage-gitops/kubernetes-apply';
import {
  ConditionType,
  formatDurationMs,
  isPruneApproved,
  Kustomization,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { assertError } from '@backstage/errors';
import { WorkQueue } from '../../engine/queue/WorkQueue';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { UnavailableCluster } from '../../homes/UnavailableCluster';
import { mapConcurrent } from '../../util/mapConcurrent';
import { AppliedManifests } from './applyManifests';
import { configReferences } from './configReferences';
import { DeliveryTargets } from './DeliveryTargets';
import { DeliveryViews, refKey } from './DeliveryViews';
import { HealthTarget, HealthWait, HealthWaits } from './HealthWaits';
import { HealthWatches } from './HealthWatches';
import { requestedAtOf } from './loadSource';

type Run = ReconcileRun<Kustomization>;

/** How a delivery's targets are. */
export type HealthOutcome = Pick<
  HealthWait,
  'buildDigest' | 'changed' | 'startedAt'
> &
  (
    | { type: 'healthy'; elapsedMs: number }
    | { type: 'unhealthy'; message: string }
    | { type: 'waiting'; until: number }
  );

/** A wait is looked at this often even if its watch says nothing. */
const LOOK_AGAIN_MS = 60_000;
const CONCURRENT_READS = 8;

/**
 * Checks the health of what a delivery applied, without holding a worker: the
 * targets are stored, a watch or the deadline wakes the object, and the run that
 * follows continues here.
 */
export class HealthCheck {
  private readonly waits: HealthWaits;
  private readonly watches: HealthWatches;
  private readonly queue: WorkQueue;
  private readonly views: DeliveryViews;
  private readonly targets: DeliveryTargets;
  private readonly expressions = new CelExpressionCache();

  constructor(options: {
    waits: HealthWaits;
    watches: HealthWatches;
    queue: WorkQueue;
    views: DeliveryViews;
    targets: DeliveryTargets;
  }) {
    this.waits = options.waits;
    this.watches = options.watches;
    this.queue = options.queue;
    this.views = options.views;
    this.targets = options.targets;
  }

  /** What is to be checked: everything with `wait`, else `healthChecks`. */
  targetsOf(run: Run, applied: readonly ObjectRef[]): ObjectRef[] {
    const { spec } = run.object;
    const targets = spec.wait
      ? applied
      : (spec.healthChecks ?? []).map(
          ({ apiVersion = 'apps/v1', kind, name, namespace }) => ({
            apiVersion,
            kind,
            name,
            namespace: namespace ?? run.namespace,
          }),
        );
    return targets.filter(
      target =>
        !(
          target.kind === run.kind.kind &&
          target.apiVersion.startsWith(`${run.kind.group}/`) &&
          target.name === run.name &&
          target.namespace === run.namespace
        ),
    );
  }

  /**
   * The rules of `spec.healthCheckExprs`.
   *
   * @throws HealthRuleError
   */
  rulesOf({ object }: Run): HealthRule[] {
    return compileHealthRules(object.spec.healthCheckExprs ?? [], {
      compile: text => this.expressions.compile(text),
    });
  }

  /** Begins to wait, unless all targets are healthy already. */
  async begin(
    run: Run,
    client: ClusterClient,
    options: {
      revision: string;
      targets: readonly ObjectRef[];
      /** What the apply told of them. */
      applied: Pick<AppliedManifests, 'healthy' | 'versions'>;
      rules: readonly HealthRule[];
      changed: boolean;
      /** Versions of what it was delivered with. */
      configs?: string;
      timeoutMs: number;
      buildDigest: string;
    },
  ): Promise<HealthOutcome> {
    const startedAt = run.now();
    const wait: HealthWait = {
      revision: options.revision,
      generation: run.generation,
      requestedAt: requestedAtOf(run.object),
      targets: options.targets.map(target => ({ ...target })),
      changed: options.changed,
      configs: options.configs,
      buildDigest: options.buildDigest,
      startedAt,
      deadline: startedAt + options.timeoutMs,
    };
    if (await this.areHealthy(run, client, options)) {
      const { changed, buildDigest } = wait;
      const elapsedMs = run.now() - startedAt;
      return { type: 'healthy', changed, buildDigest, startedAt, elapsedMs };
    }
    const outcome = await this.look(run, client, wait, options.rules);
    if (outcome.type === 'waiting') {
      const message = `Running health checks for revision ${options.revision} with a timeout of ${formatDurationMs(options.timeoutMs)}`;
      run.conditions.markReconciling(Reason.Progressing, message);
      run.conditions.markUnknown(
        ConditionType.Healthy,
        Reason.Progressing,
        message,
      );
      await this.waits.put(run.claim, wait);
    }
    return outcome;
  }

  /**
   * Continues a wait that belongs to this very attempt. Undefined when there is
   * none, or when something new has to be delivered first.
   */
  async resume(
    run: Run,
    revision: string,
    rules: readonly HealthRule[],
  ): Promise<HealthOutcome | undefined> {
    const wait = await this.waits.get(run.id);
    if (!wait) {
      return undefined;
    }
    if (
      wait.revision !== revision ||
      wait.generation !== run.generation ||
      wait.requestedAt !== requestedAtOf(run.object) ||
      haveChanged(wait.configs, run) ||
      isPruneApproved(run.object)
    ) {
      await this.end(run);
      await run.report({
        condition: { type: ConditionType.Healthy, status: 'False' },
        event: 'Trace',
        reason: Reason.HealthCheckCanceled,
        message: `New reconciliation triggered while waiting for the health of revision ${wait.revision}`,
        revision: wait.revision,
      });
      return undefined;
    }
    const outcome = await this.look(run, await this.clientOf(run), wait, rules);
    if (outcome.type !== 'waiting') {
      await this.end(run);
    }
    return outcome;
  }

  /** The object goes away; its watch need not. */
  forget(run: Run): void {
    this.watches.stop(run.id);
  }

  /** Where the target cannot even be addressed, nothing is known of its objects. */
  private async clientOf(run: Run): Promise<ClusterClient> {
    try {
      return await this.targets.client(run);
    } catch (error) {
      assertError(error);
      run.signal.throwIfAborted();
      return new UnavailableCluster(error);
    }
  }

  /** Whether all are, as the apply has told, or a watch does within a moment. */
  private async areHealthy(
    run: Run,
    client: ClusterClient,
    options: Parameters<HealthCheck['begin']>[2],
  ): Promise<boolean> {
    const { healthy, versions } = options.applied;
    const open = options.targets.filter(ref => !healthy.has(refKey(ref)));
    if (open.length === 0) {
      return true;
    }
    const applied = open.flatMap(ref => {
      const resourceVersion = versions.get(refKey(ref));
      return resourceVersion ? [{ ref, resourceVersion }] : [];
    });
    return (
      applied.length === open.length &&
      this.views.settle(run, client, applied, options.rules)
    );
  }

  private async end(run: Run): Promise<void> {
    this.watches.stop(run.id);
    await this.waits.delete(run.claim);
  }

  private async look(
    run: Run,
    client: ClusterClient,
    wait: HealthWait,
    rules: readonly HealthRule[],
  ): Promise<HealthOutcome> {
    const { changed, buildDigest, startedAt } = wait;
    const health = await readHealth(client, wait.targets, {
      rules,
      signal: run.signal,
      onTransient: target => {
        target.isTransient = true;
      },
    });
    const elapsedMs = run.now() - startedAt;
    const common = { changed, buildDigest, startedAt };
    if (health.every(({ status }) => status === 'Current')) {
      return { ...common, type: 'healthy', elapsedMs };
    }
    const failed = health.some(({ status }) => status === 'Failed');
    const timedOut = run.now() >= wait.deadline;
    if (failed || timedOut) {
      const message = `health check failed after ${formatDurationMs(elapsedMs)}: ${describeUnhealthy(health, !failed)}`;
      return { ...common, type: 'unhealthy', message };
    }
    this.watches.start(run.id, {
      client,
      refs: wait.targets,
      rules,
      onSettled: () => {
        this.queue
          .wake([run.key], { reason: 'health changed' })
          .catch(error =>
            run.logger.warn(`Health news could not be queued: ${error}`),
          );
      },
    });
    return {
      ...common,
      type: 'waiting',
      until: Math.min(wait.deadline, run.now() + LOOK_AGAIN_MS),
    };
  }
}

/** Whether what a delivery takes values from is not what it was, as far as is known. */
function haveChanged(before: string | undefined, { home, object }: Run) {
  const now = home.configs.of(configReferences(object));
  return before !== undefined && now !== undefined && now !== before;
}

/** The health of each object now; what cannot be read is `Unknown`. */
async function readHealth(
  client: ClusterClient,
  targets: readonly HealthTarget[],
  options: {
    rules: readonly HealthRule[];
    signal: AbortSignal;
    /** Called with those that end by being deleted (Flux 2.9). */
    onTransient: (target: HealthTarget) => void;
  },
): Promise<ObjectHealth[]> {
  const { rules, signal } = options;
  return mapConcurrent(
    targets,
    CONCURRENT_READS,
    async (target): Promise<ObjectHealth> => {
      const { isTransient, ...ref } = target;
      try {
        const object = await client.get<KubernetesObject>(ref, { signal });
        if (!object) {
          return {
            ref,
            status: isTransient ? 'Current' : 'NotFound',
            message: isTransient
              ? 'Job is finished and was deleted'
              : 'Resource not found',
            observed: true,
          };
        }
        if (isTransientJob(object)) {
          options.onTransient(target);
        }
        return { ...healthOf(object, { rules }), ref, observed: true };
      } catch (error) {
        signal.throwIfAborted();
        return {
          ref,
          status: 'Unknown',
          message: error instanceof Error ? error.message : String(error),
          observed: false,
        };
      }
    },
  );
}

function isTransientJob({ apiVersion, kind, spec }: KubernetesObject): boolean {
  const settings = spec as { ttlSecondsAfterFinished?: number } | undefined;
  return (
    kind === 'Job' &&
    apiVersion.startsWith('batch/') &&
    settings?.ttlSecondsAfterFinished !== undefined
  );
}
