import type { JsonObject } from '../../json/value';
import { asObject, asString, at } from '../../json/value';
import { apiTime } from '../../objects/objectWriter';
import { holds } from '../conditions';
import type { ControllerContext } from '../controllerContext';
import {
  annotationsOf,
  compact,
  controllerReference,
  createdAt,
  isDeleting,
  labelsOf,
  nameOf,
  namespaceOf,
  numberAt,
  objectsAt,
  timeOf,
  uidOf,
} from '../objects';
import type { Reconciler } from '../reconcilers';
import type { CronSchedule } from './cronSchedule';
import { nextRun, parseCron } from './cronSchedule';

const MANAGER = 'kube-controller-manager';
const JOBS = 'batch/jobs';
const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
const HOUR_MS = 3_600_000;
const LOOK_BACK_MS = [HOUR_MS, 24 * HOUR_MS, 32 * 24 * HOUR_MS, Infinity];

/** Creates Jobs on schedule (Kubernetes 1.34, `pkg/controller/cronjob`). */
export class CronJobController implements Reconciler {
  readonly storage = 'batch/cronjobs';

  constructor(private readonly context: ControllerContext) {}

  reconcile(cronJob: JsonObject): number | undefined {
    if (isDeleting(cronJob)) return undefined;
    this.noteEnded(cronJob);
    this.trim(cronJob);
    const live = this.context.current(cronJob) ?? cronJob;
    const schedule = this.schedule(live);
    if (!schedule || at(live, 'spec', 'suspend') === true) {
      this.report(live);
      return undefined;
    }
    const { time } = this.context;
    const due = this.dueTime(live, schedule, time);
    if (due === undefined || !this.start(live, due)) this.report(live);
    const next = nextRun(schedule, time, zoneOf(live));
    return next === undefined ? undefined : Math.max(1, next - time);
  }

  private jobs(cronJob: JsonObject): JsonObject[] {
    return this.context
      .controlled(cronJob, JOBS)
      .filter(job => !isDeleting(job));
  }

  private schedule(cronJob: JsonObject): CronSchedule | undefined {
    const text = asString(at(cronJob, 'spec', 'schedule')) ?? '';
    try {
      const schedule = parseCron(text);
      nextRun(schedule, this.context.time, zoneOf(cronJob));
      return schedule;
    } catch (error) {
      this.event(
        cronJob,
        'UnparseableSchedule',
        `unparseable schedule: ${JSON.stringify(text)} : ${String((error as Error).message)}`,
        true,
      );
      return undefined;
    }
  }

  /** The latest run that was not started yet and is not too late. */
  private dueTime(
    cronJob: JsonObject,
    schedule: CronSchedule,
    time: number,
  ): number | undefined {
    let from =
      timeOf(at(cronJob, 'status', 'lastScheduleTime')) ?? createdAt(cronJob);
    const deadline = at(cronJob, 'spec', 'startingDeadlineSeconds');
    if (typeof deadline === 'number') {
      from = Math.max(from, time - deadline * 1000);
    }
    // Of missed runs only the latest counts, and it is soon found from behind.
    for (const window of LOOK_BACK_MS) {
      const start = Math.max(from, time - window);
      let due: number | undefined;
      let next = nextRun(schedule, start, zoneOf(cronJob));
      while (next !== undefined && next <= time) {
        due = next;
        next = nextRun(schedule, due, zoneOf(cronJob));
      }
      if (due !== undefined || start === from) return due;
    }
    return undefined;
  }

  /** Starts a run as far as the policy allows. Returns whether it did. */
  private start(cronJob: JsonObject, due: number): boolean {
    const active = this.jobs(cronJob).filter(job => !hasEnded(job));
    const policy = at(cronJob, 'spec', 'concurrencyPolicy');
    if (policy === 'Forbid' && active.length > 0) {
      this.event(
        cronJob,
        'JobAlreadyActive',
        'Not starting job because prior execution is running and concurrency policy is Forbid',
      );
      return false;
    }
    if (policy === 'Replace') {
      for (const job of active) {
        if (!this.context.delete(job, { propagationPolicy: 'Background' })) {
          continue;
        }
        this.event(cronJob, 'SuccessfulDelete', `Deleted job ${nameOf(job)}`);
      }
    }
    const created = this.context.attempt(() => {
      const job = this.context.create(jobOf(cronJob, due), MANAGER);
      this.event(cronJob, 'SuccessfulCreate', `Created job ${nameOf(job)}`);
    });
    this.report(cronJob, { lastScheduleTime: apiTime(new Date(due)) });
    return created;
  }

  private noteEnded(cronJob: JsonObject): void {
    const known = new Set(
      objectsAt(cronJob, 'status', 'active').map(entry => entry.uid),
    );
    for (const job of this.jobs(cronJob)) {
      if (!hasEnded(job) || !known.has(uidOf(job))) continue;
      const condition = holds(job, 'Complete') ? 'Complete' : 'Failed';
      this.event(
        cronJob,
        'SawCompletedJob',
        `Saw completed job: ${nameOf(job)}, condition: ${condition}`,
      );
    }
  }

  /** Deletes the oldest ended Jobs beyond the history limits. */
  private trim(cronJob: JsonObject): void {
    const ended = this.jobs(cronJob)
      .filter(hasEnded)
      .sort((a, b) => createdAt(a) - createdAt(b));
    const limits: Array<[string, string, number]> = [
      ['Complete', 'successfulJobsHistoryLimit', 3],
      ['Failed', 'failedJobsHistoryLimit', 1],
    ];
    for (const [condition, field, fallback] of limits) {
      const jobs = ended.filter(job => holds(job, condition));
      const limit = numberAt(cronJob, fallback, 'spec', field);
      for (const job of jobs.slice(0, Math.max(0, jobs.length - limit))) {
        if (!this.context.delete(job, { propagationPolicy: 'Background' })) {
          continue;
        }
        this.event(cronJob, 'SuccessfulDelete', `Deleted job ${nameOf(job)}`);
      }
    }
  }

  private report(cronJob: JsonObject, more: JsonObject = {}): void {
    const live = this.context.current(cronJob);
    if (!live) return;
    const jobs = this.jobs(live);
    const active = jobs
      .filter(job => !hasEnded(job))
      .map(job => ({
        apiVersion: 'batch/v1',
        kind: 'Job',
        name: nameOf(job),
        namespace: namespaceOf(job),
        resourceVersion: at(job, 'metadata', 'resourceVersion'),
        uid: uidOf(job),
      }));
    const known = objectsAt(live, 'status', 'active');
    const isSame =
      known.map(entry => entry.uid).join() ===
      active.map(entry => entry.uid).join();
    const succeeded = jobs
      .filter(job => holds(job, 'Complete'))
      .map(job => asString(at(job, 'status', 'completionTime')) ?? '')
      .sort()
      .at(-1);
    const status = compact({
      ...asObject(live.status),
      lastSuccessfulTime: succeeded ?? at(live, 'status', 'lastSuccessfulTime'),
      ...more,
      active: isSame ? known : active,
    });
    this.context.attempt(() => this.context.writeStatus(live, status, MANAGER));
  }

  private event(
    cronJob: JsonObject,
    reason: string,
    message: string,
    warns = false,
  ): void {
    this.context.events.record(cronJob, {
      type: warns ? 'Warning' : 'Normal',
      reason,
      message,
      component: 'cronjob-controller',
    });
  }
}

function zoneOf(cronJob: JsonObject): string {
  return asString(at(cronJob, 'spec', 'timeZone')) ?? 'UTC';
}

function hasEnded(job: JsonObject): boolean {
  return holds(job, 'Complete') || holds(job, 'Failed');
}

/** The Job of a run, named by its minute. */
function jobOf(cronJob: JsonObject, due: number): JsonObject {
  const template = asObject(at(cronJob, 'spec', 'jobTemplate'));
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${nameOf(cronJob)}-${Math.floor(due / 60_000)}`,
      namespace: namespaceOf(cronJob),
      labels: labelsOf(template),
      annotations: {
        ...annotationsOf(template),
        [SCHEDULED_AT]: apiTime(new Date(due)),
      },
      ownerReferences: [controllerReference(cronJob)],
    },
    spec: asObject(template.spec),
  };
}
