import { LoggerService } from '@backstage/backend-plugin-api';
import {
  CommonStatus,
  ConditionSet,
  ConditionStatus,
  FLUX_EVENT_PREFIX,
  GitopsKind,
  GitopsObject,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import { Home } from '../../homes/Home';
import { Claim, workId, WorkKey } from '../queue/WorkQueue';
import { EventRecorder } from '../report/EventRecorder';
import { HistoryStore, NewHistoryEntry } from '../report/HistoryStore';
import { reportingControllerOf } from '../report/reportingController';
import { mergePatchBetween } from './mergePatch';

/** The status of an object while it is being worked on. */
type WorkingStatus<T extends GitopsObject> = NonNullable<T['status']>;

/** What {@link ReconcileRun.report} records. */
export interface Report {
  /** The condition that changes, if one does. */
  condition?: { type: string; status: ConditionStatus };
  /**
   * Kubernetes event, history entry and log line. `Trace` goes to history and
   * log only. Without it nothing but the condition changes.
   */
  event?: 'Normal' | 'Warning' | 'Trace';
  reason: string;
  message: string;
  /** The revision that this is about. */
  revision?: string;
  /** More metadata for the event. */
  metadata?: Record<string, string>;
}

/** Work that is over sooner is not shown as being under way. */
const SHOWN_AFTER_MS = 5_000;

/** What {@link ReconcileRun} is made of. */
export interface ReconcileRunOptions<T extends GitopsObject> {
  home: Home;
  kind: GitopsKind;
  object: T;
  claim: Claim;
  events: EventRecorder;
  history: HistoryStore;
  logger: LoggerService;
  now: () => number;
}

/**
 * One run of a reconciler over one object: what it works on, and the only way
 * in which it says anything.
 */
export class ReconcileRun<T extends GitopsObject = GitopsObject> {
  readonly home: Home;
  readonly kind: GitopsKind;
  /** As read at the start of the run, never changed. */
  readonly object: T;
  readonly claim: Claim;
  readonly logger: LoggerService;
  readonly key: WorkKey;
  /** `home/group/kind/namespace/name`, the key in the plugin database. */
  readonly id: string;
  readonly now: () => number;
  /** Conditions as they will be written; those of others are kept. */
  readonly conditions: ConditionSet;
  /** Nothing may be written to a cluster; what would be done is reported. */
  readonly planOnly: boolean;
  /** Status as it will be written, without conditions; change it in place. */
  readonly status: WorkingStatus<T>;
  /**
   * Metadata of every event about a revision from here on, such as where that
   * came from; without the prefix of the group.
   */
  eventMetadata: Record<string, string | undefined> = {};
  private readonly events: EventRecorder;
  private readonly history: HistoryStore;
  private written: Record<string, unknown>;
  /** What was said and is not in the history yet. */
  private said: NewHistoryEntry[] = [];
  /** Waiting for the status to hold all that it says now. */
  private onceWritten: (() => Promise<void>)[] = [];
  /** Status writes follow one another. */
  private writing: Promise<void> = Promise.resolve();
  private showing: NodeJS.Timeout | undefined;

  constructor(options: ReconcileRunOptions<T>) {
    const { object, home, kind } = options;
    this.home = home;
    this.kind = kind;
    this.object = object;
    this.planOnly = home.mode === 'plan';
    this.claim = options.claim;
    this.events = options.events;
    this.history = options.history;
    this.now = options.now;
    this.key = {
      home: home.name,
      group: kind.group,
      kind: kind.kind,
      namespace: this.namespace,
      name: this.name,
    };
    this.id = workId(this.key);
    this.logger = options.logger.child({
      home: home.name,
      kind: kind.kind,
      namespace: this.namespace,
      name: this.name,
    });
    const status: CommonStatus = object.status ?? {};
    this.written = { ...status } as Record<string, unknown>;
    this.conditions = new ConditionSet({
      conditions: status.conditions,
      generation: object.metadata.generation,
      clock: () => new Date(this.now()),
    });
    const { conditions: _, ...rest } = status;
    this.status = structuredClone(rest) as WorkingStatus<T>;
  }

  get namespace(): string {
    return this.object.metadata.namespace ?? 'default';
  }

  get name(): string {
    return this.object.metadata.name;
  }

  get generation(): number {
    return this.object.metadata.generation ?? 0;
  }

  /** Fires when the claim is lost; pass it to everything that takes time. */
  get signal(): AbortSignal {
    return this.claim.signal;
  }

  /**
   * Says one thing in all places with the same words: condition, Kubernetes
   * event, history and log.
   */
  async report(report: Report): Promise<void> {
    const { condition, reason, message } = report;
    if (condition) {
      this.conditions.set(condition.type, condition.status, reason, message);
    }
    if (!report.event) {
      return;
    }
    if (report.event === 'Warning') {
      this.logger.warn(message, { reason });
    } else if (report.event === 'Normal') {
      this.logger.info(message, { reason });
    } else {
      this.logger.debug(message, { reason });
    }
    this.said.push({
      objectUid: this.object.metadata.uid,
      at: this.now(),
      type: report.event,
      reason,
      message,
      revision: report.revision,
      ...(report.event !== 'Trace' &&
        !this.planOnly && { told: this.toldOf(report.event, report) }),
    });
    if (this.planOnly) {
      // There is nothing else that would say it.
      await this.tellHistory();
    } else if (report.event !== 'Trace') {
      await this.events.record({
        client: this.home.client,
        home: this.home.name,
        component: reportingControllerOf(this.kind),
        object: this.object,
        event: {
          type: report.event,
          reason,
          message,
          metadata: this.metadataOf(report),
        },
      });
    }
  }

  /**
   * Says that work is under way. It is shown if the work takes longer than a
   * moment, as it was when this was called.
   */
  async progress(
    message: string,
    options: { changed: boolean },
  ): Promise<void> {
    this.conditions.markProgressing(message, options);
    if (this.planOnly) {
      await this.writeStatus();
      return;
    }
    this.show(structuredClone(this.statusNow()));
  }

  /**
   * Writes what changed since the last write; nothing when nothing did. The
   * history has what was said before the status says it.
   */
  async writeStatus(): Promise<void> {
    this.hide();
    const next = this.statusNow();
    const { onceWritten } = this;
    this.onceWritten = [];
    await this.tellHistory();
    await this.write(next);
    for (const follow of onceWritten) {
      await follow();
    }
  }

  /** Brings what was said to the history; a status write does so, too. */
  async tellHistory(): Promise<void> {
    const { said } = this;
    this.said = [];
    await this.history.append(this.claim, said);
  }

  /** Calls once after the status was written as it is when this is called, or later. */
  afterStatus(follow: () => Promise<void>): void {
    this.onceWritten.push(follow);
  }

  /** The run is over, however it ended: nothing is written any more. */
  async end(): Promise<void> {
    this.hide();
    await this.writing.catch(() => {});
  }

  private statusNow(): Record<string, unknown> {
    const conditions = this.conditions.toArray();
    // That there are none is nothing to write.
    const isNews =
      conditions.length > 0 || this.written.conditions !== undefined;
    return { ...this.status, ...(isNews && { conditions }) };
  }

  private show(next: Record<string, unknown>): void {
    this.hide();
    this.showing = setTimeout(() => {
      this.showing = undefined;
      this.write(next).catch(error =>
        // The next write, which is awaited, meets the same.
        this.logger.debug(`Progress could not be shown: ${error}`),
      );
    }, SHOWN_AFTER_MS);
  }

  private hide(): void {
    clearTimeout(this.showing);
    this.showing = undefined;
  }

  private write(next: Record<string, unknown>): Promise<void> {
    const writing = this.writing
      .catch(() => {})
      .then(() => this.writeDifference(next));
    this.writing = writing;
    return writing;
  }

  private async writeDifference(next: Record<string, unknown>): Promise<void> {
    const patch = mergePatchBetween(this.written, next);
    if (!patch) {
      return;
    }
    this.claim.assertHeld();
    if (this.planOnly) {
      this.written = structuredClone(next);
      this.home.keepPlannedStatus(this.object, this.written);
      return;
    }
    const written = await this.home.client.patch<GitopsObject>(
      {
        apiVersion: this.kind.apiVersion,
        kind: this.kind.kind,
        namespace: this.namespace,
        name: this.name,
      },
      {
        type: 'merge',
        subresource: 'status',
        body: { status: patch },
        fieldManager: this.home.statusManager,
      },
    );
    this.home.cache.expect(written);
    this.written = structuredClone(next);
  }

  /** Leaves the object as if it had never been reconciled. */
  async clearStatus(): Promise<void> {
    for (const field of Object.keys(this.status)) {
      delete (this.status as Record<string, unknown>)[field];
    }
    this.conditions.delete(
      ...this.conditions.toArray().map(({ type }) => type),
    );
    await this.writeStatus();
  }

  /** The end of a failed attempt that will be repeated. */
  markRetrying(message: string): void {
    this.conditions.markReconciling(Reason.ProgressingWithRetry, message);
  }

  /** The same for Alerts. */
  private toldOf(
    type: 'Normal' | 'Warning',
    report: Report,
  ): NewHistoryEntry['told'] {
    const { uid, resourceVersion, labels = {} } = this.object.metadata;
    return {
      labels,
      event: {
        involvedObject: {
          apiVersion: this.kind.apiVersion,
          kind: this.kind.kind,
          namespace: this.namespace,
          name: this.name,
          ...{ uid, resourceVersion },
        },
        severity: type === 'Warning' ? 'error' : 'info',
        timestamp: new Date(this.now()).toISOString().replace(/\.\d+/, ''),
        message: report.message,
        reason: report.reason,
        metadata: this.metadataOf(report),
        reportingController: reportingControllerOf(this.kind),
        reportingInstance: 'backstage-gitops',
      },
    };
  }

  private metadataOf(report: Report): Record<string, string> {
    const metadata: Record<string, string> = {};
    for (const [key, value] of Object.entries(
      this.object.metadata.annotations ?? {},
    )) {
      if (key.startsWith(FLUX_EVENT_PREFIX)) {
        metadata[key] = value;
      }
    }
    const own: Record<string, string | undefined> = {
      ...(report.revision
        ? { ...this.eventMetadata, revision: report.revision }
        : {}),
      ...report.metadata,
    };
    for (const [key, value] of Object.entries(own)) {
      if (value !== undefined) {
        metadata[`${this.kind.group}/${key}`] = value;
      }
    }
    return metadata;
  }
}
