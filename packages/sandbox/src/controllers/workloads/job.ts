import { ApiError } from '../../api/apiError';
import type { JsonObject } from '../../json/value';
import { asArray, asObject, at } from '../../json/value';
import type { Change } from '../../storage/objectStore';
import {
  conditionOf,
  holds,
  nextCondition,
  withCondition,
} from '../conditions';
import type { Controller, ControllerContext } from '../controllerContext';
import {
  compact,
  controllerOf,
  isDeleting,
  nameOf,
  numberAt,
  objectsAt,
  timeOf,
  withMetadata,
} from '../objects';
import { behaviourOf } from '../pods/behaviour';
import { isActive, isFinished, isReady, restartsOf } from '../pods/podState';
import type { Reconciler } from '../reconcilers';
import { adoptPods } from './adoption';
import { indexOf, isIndexed, parseIndexes, printIndexes } from './jobIndexes';
import { jobPod, TRACKING_FINALIZER } from './jobPod';

const MANAGER = 'kube-controller-manager';
const RETRY_MS = 5000;
const BACK_OFF_MS = 10_000;
const LONGEST_BACK_OFF_MS = 600_000;
// So many pods of a Job that is to fail follow each other without waiting.
const QUICK_FAILURES = 10;

/** Why a Job has failed. */
interface Failure {
  reason: string;
  message: string;
}

/** Runs Jobs to completion or failure (Kubernetes 1.34, `pkg/controller/job`). */
export class JobController implements Reconciler, Controller {
  readonly storage = 'batch/jobs';

  constructor(private readonly context: ControllerContext) {}

  /** Lets pods go whose Job is gone. */
  onChange({ type, storage, object }: Change): void {
    if (storage !== '/pods' || type === 'DELETED' || !isTracked(object)) return;
    const owner = controllerOf(object);
    if (!owner || !this.context.owners.find(owner.uid)) this.release(object);
  }

  reconcile(job: JsonObject): number | undefined {
    if (isDeleting(job)) {
      this.pods(job)
        .filter(isOver)
        .forEach(pod => this.release(pod));
      return undefined;
    }
    if (holds(job, 'Complete') || holds(job, 'Failed')) return this.expire(job);
    adoptPods(this.context, job);
    const counted = this.count(job);
    if (at(job, 'spec', 'suspend') === true) {
      this.suspend(counted);
      return undefined;
    }
    return this.run(this.resume(counted));
  }

  private pods(job: JsonObject): JsonObject[] {
    return this.context.controlled(job, '/pods');
  }

  /** Adds pods that have ended to the status, each once: then they lose their finalizer. */
  private count(job: JsonObject): JsonObject {
    const over = this.pods(job).filter(pod => isTracked(pod) && isOver(pod));
    if (over.length === 0) return job;
    const succeeded = over.filter(
      pod => at(pod, 'status', 'phase') === 'Succeeded',
    );
    const indexes = parseIndexes(at(job, 'status', 'completedIndexes'));
    for (const pod of succeeded) indexes.add(indexOf(pod));
    const isByIndex = isIndexed(job);
    this.write(job, {
      ...asObject(job.status),
      ...compact({
        succeeded: isByIndex
          ? indexes.size
          : numberAt(job, 0, 'status', 'succeeded') + succeeded.length,
        failed:
          numberAt(job, 0, 'status', 'failed') + over.length - succeeded.length,
      }),
      ...(isByIndex ? { completedIndexes: printIndexes(indexes) } : {}),
    });
    for (const pod of over) this.release(pod);
    return this.context.current(job) ?? job;
  }

  private run(job: JsonObject): number | undefined {
    const active = this.pods(job).filter(isActive);
    const { time } = this.context;
    const started = timeOf(at(job, 'status', 'startTime')) ?? time;
    const limit = at(job, 'spec', 'activeDeadlineSeconds');
    const deadline =
      typeof limit === 'number' ? started + limit * 1000 - time : undefined;
    const failure = this.failure(job, active, deadline);
    if (failure) return this.fail(job, active, failure);
    const completions = at(job, 'spec', 'completions');
    const succeeded = numberAt(job, 0, 'status', 'succeeded');
    const isComplete =
      typeof completions === 'number'
        ? succeeded >= completions
        : succeeded > 0 && active.length === 0;
    if (isComplete) return this.complete(job, active);
    const retry = this.scale(job, active);
    this.report(job);
    const waits = [deadline, retry].filter(wait => wait !== undefined);
    return waits.length > 0 ? Math.min(...waits) : undefined;
  }

  private failure(
    job: JsonObject,
    active: JsonObject[],
    deadline: number | undefined,
  ): Failure | undefined {
    const limit = numberAt(job, 6, 'spec', 'backoffLimit');
    const inPlace =
      at(job, 'spec', 'template', 'spec', 'restartPolicy') === 'OnFailure';
    const restarts = active.reduce((sum, pod) => sum + restartsOf(pod), 0);
    const isExhausted =
      numberAt(job, 0, 'status', 'failed') > limit ||
      (inPlace && restarts > 0 && restarts >= limit);
    if (isExhausted) {
      return {
        reason: 'BackoffLimitExceeded',
        message: 'Job has reached the specified backoff limit',
      };
    }
    return deadline !== undefined && deadline <= 0
      ? {
          reason: 'DeadlineExceeded',
          message: 'Job was active longer than specified deadline',
        }
      : undefined;
  }

  /** Creates or deletes pods. Returns after how long to try again. */
  private scale(job: JsonObject, active: JsonObject[]): number | undefined {
    const parallelism = numberAt(job, 1, 'spec', 'parallelism');
    const completions = at(job, 'spec', 'completions');
    const succeeded = numberAt(job, 0, 'status', 'succeeded');
    // Without a number of completions, the first success is the last start.
    const open = succeeded > 0 ? active.length : parallelism;
    const wanted =
      typeof completions === 'number'
        ? Math.min(parallelism, completions - succeeded)
        : open;
    for (const pod of active.slice(wanted)) this.deletePod(job, pod);
    const missing = wanted - active.length;
    if (missing <= 0) return undefined;
    const wait = this.backOff(job);
    if (wait > 0) return wait;
    const taken = parseIndexes(at(job, 'status', 'completedIndexes'));
    for (const pod of active) taken.add(indexOf(pod));
    for (let count = 0; count < missing; count += 1) {
      if (!this.createPod(job, taken)) return RETRY_MS;
    }
    return undefined;
  }

  /** Milliseconds until a failed pod is replaced: 10 s, 20 s and so on up to ten minutes. */
  private backOff(job: JsonObject): number {
    const failures = numberAt(job, 0, 'status', 'failed');
    if (failures === 0) return 0;
    const asked = behaviourOf(job, this.context.owners).health;
    if (asked === 'failed' && failures < QUICK_FAILURES) return 0;
    const last = Math.max(
      0,
      ...this.pods(job)
        .filter(pod => at(pod, 'status', 'phase') === 'Failed')
        .flatMap(pod => objectsAt(pod, 'status', 'containerStatuses'))
        .map(
          status =>
            timeOf(at(status, 'state', 'terminated', 'finishedAt')) ?? 0,
        ),
    );
    const wait = Math.min(
      BACK_OFF_MS * 2 ** (failures - 1),
      LONGEST_BACK_OFF_MS,
    );
    return Math.max(0, last + wait - this.context.time);
  }

  private createPod(job: JsonObject, taken: Set<number>): boolean {
    let index = 0;
    while (taken.has(index)) index += 1;
    try {
      const pod = this.context.create(jobPod(job, index), MANAGER);
      taken.add(index);
      this.event(job, 'SuccessfulCreate', `Created pod: ${nameOf(pod)}`);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.event(job, 'FailedCreate', `Error creating: ${error.message}`, true);
      return false;
    }
  }

  private deletePod(job: JsonObject, pod: JsonObject): void {
    if (!this.context.delete(pod)) return;
    this.event(job, 'SuccessfulDelete', `Deleted pod: ${nameOf(pod)}`);
  }

  private complete(job: JsonObject, active: JsonObject[]): undefined {
    for (const pod of active) this.deletePod(job, pod);
    const entry = {
      reason: 'CompletionsReached',
      message: 'Reached expected number of succeeded pods',
    };
    this.report(job, {
      completionTime: this.context.apiNow,
      conditions: this.conditions(
        job,
        ['SuccessCriteriaMet', 'Complete'],
        entry,
      ),
    });
    this.event(job, 'Completed', 'Job completed');
  }

  private fail(
    job: JsonObject,
    active: JsonObject[],
    failure: Failure,
  ): undefined {
    for (const pod of active) this.deletePod(job, pod);
    const counted = this.count(job);
    this.report(counted, {
      conditions: this.conditions(
        counted,
        ['FailureTarget', 'Failed'],
        failure,
      ),
    });
    this.event(job, failure.reason, failure.message, true);
  }

  private conditions(
    job: JsonObject,
    types: string[],
    entry: { reason: string; message: string },
    status: 'True' | 'False' = 'True',
  ): JsonObject[] {
    const now = this.context.apiNow;
    return types.reduce(
      (all, type) =>
        withCondition(
          all,
          nextCondition(
            conditionOf(job, type),
            { type, status, ...entry },
            now,
            { lastProbeTime: now },
          ),
        ),
      objectsAt(job, 'status', 'conditions'),
    );
  }

  private suspend(job: JsonObject): void {
    for (const pod of this.pods(job).filter(isActive)) {
      this.deletePod(job, pod);
    }
    const counted = this.count(job);
    if (holds(counted, 'Suspended')) {
      this.report(counted);
      return;
    }
    this.report(counted, {
      startTime: undefined,
      conditions: this.conditions(counted, ['Suspended'], {
        reason: 'JobSuspended',
        message: 'Job suspended',
      }),
    });
    this.event(job, 'Suspended', 'Job suspended');
  }

  /** Begins a Job, or begins it again after a suspension. */
  private resume(job: JsonObject): JsonObject {
    const wasSuspended = holds(job, 'Suspended');
    if (at(job, 'status', 'startTime') && !wasSuspended) return job;
    const conditions = wasSuspended
      ? this.conditions(
          job,
          ['Suspended'],
          { reason: 'JobResumed', message: 'Job resumed' },
          'False',
        )
      : undefined;
    this.report(job, {
      startTime: this.context.apiNow,
      ...(conditions ? { conditions } : {}),
    });
    if (wasSuspended) this.event(job, 'Resumed', 'Job resumed');
    return this.context.current(job) ?? job;
  }

  /** Deletes a Job that has ended when its time to live is over. */
  private expire(job: JsonObject): number | undefined {
    this.pods(job)
      .filter(pod => isTracked(pod) && isOver(pod))
      .forEach(pod => this.release(pod));
    const ttl = at(job, 'spec', 'ttlSecondsAfterFinished');
    if (typeof ttl !== 'number') return undefined;
    const ended =
      timeOf(conditionOf(job, 'Complete')?.lastTransitionTime) ??
      timeOf(conditionOf(job, 'Failed')?.lastTransitionTime) ??
      this.context.time;
    const remaining = ended + ttl * 1000 - this.context.time;
    if (remaining > 0) return remaining;
    this.context.delete(job, { propagationPolicy: 'Background' });
    return undefined;
  }

  private report(job: JsonObject, more: JsonObject = {}): void {
    const live = this.context.current(job);
    if (!live) return;
    const active = this.pods(live).filter(isActive);
    const { active: _active, ...status } = asObject(live.status);
    this.write(live, {
      ...status,
      ...compact({ active: active.length }),
      ready: active.filter(isReady).length,
      terminating: 0,
      uncountedTerminatedPods: {},
      ...more,
    });
  }

  private write(job: JsonObject, status: JsonObject): void {
    const live = this.context.current(job);
    if (!live) return;
    this.context.attempt(() => this.context.writeStatus(live, status, MANAGER));
  }

  private release(pod: JsonObject): void {
    const live = this.context.current(pod);
    if (!live) return;
    const finalizers = asArray(at(live, 'metadata', 'finalizers')).filter(
      name => name !== TRACKING_FINALIZER,
    );
    const next = withMetadata(live, {
      finalizers: finalizers.length > 0 ? finalizers : undefined,
    });
    this.context.attempt(() => this.context.update(live, next, MANAGER));
  }

  private event(
    job: JsonObject,
    reason: string,
    message: string,
    warns = false,
  ): void {
    this.context.events.record(job, {
      type: warns ? 'Warning' : 'Normal',
      reason,
      message,
      component: 'job-controller',
    });
  }
}

function isTracked(pod: JsonObject): boolean {
  return asArray(at(pod, 'metadata', 'finalizers')).includes(
    TRACKING_FINALIZER,
  );
}

function isOver(pod: JsonObject): boolean {
  return isFinished(pod) || isDeleting(pod);
}
