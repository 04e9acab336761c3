import { Condition, ConditionStatus } from '../objects';
import { ConditionType, Reason } from './constants';
import { cutMessage } from './message';
import { sortConditions } from './order';
import { ReadySummary, summarizeReady } from './summary';

/**
 * Options of {@link ConditionSet}.
 *
 * @public
 */
export interface ConditionSetOptions {
  /** `status.conditions` as read; conditions of others are kept. */
  conditions?: readonly Condition[];
  /** `metadata.generation`, stamped on each condition that is set. */
  generation?: number;
  clock: () => Date;
}

/**
 * The conditions of an object while a reconciler works on it, with the rules of
 * Flux's runtime (Flux 2.9): the generation is stamped on each; the transition
 * time moves when status, reason or message change; messages are cut at 32768
 * characters; Reconciling and Stalled exclude each other.
 *
 * @public
 */
export class ConditionSet {
  private readonly byType = new Map<string, Condition>();
  private readonly generation?: number;
  private readonly clock: () => Date;

  constructor(options: ConditionSetOptions) {
    this.generation = options.generation;
    this.clock = options.clock;
    for (const condition of options.conditions ?? []) {
      this.byType.set(condition.type, condition);
    }
  }

  get(type: string): Condition | undefined {
    return this.byType.get(type);
  }

  isTrue(type: string): boolean {
    return this.get(type)?.status === 'True';
  }

  isFalse(type: string): boolean {
    return this.get(type)?.status === 'False';
  }

  /** Ready, and neither under way nor stalled. */
  isReady(): boolean {
    return (
      this.isTrue(ConditionType.Ready) &&
      !this.isTrue(ConditionType.Reconciling) &&
      !this.isTrue(ConditionType.Stalled)
    );
  }

  set(
    type: string,
    status: ConditionStatus,
    reason: string,
    message: string,
  ): void {
    const text = cutMessage(message);
    const before = this.byType.get(type);
    const unchanged =
      before?.status === status &&
      before.reason === reason &&
      before.message === text;
    this.byType.set(type, {
      type,
      status,
      ...(this.generation !== undefined && {
        observedGeneration: this.generation,
      }),
      lastTransitionTime: unchanged
        ? before.lastTransitionTime
        : wholeSeconds(this.clock()),
      reason,
      message: text,
    });
  }

  markTrue(type: string, reason: string, message: string): void {
    this.set(type, 'True', reason, message);
  }

  markFalse(type: string, reason: string, message: string): void {
    this.set(type, 'False', reason, message);
  }

  markUnknown(type: string, reason: string, message: string): void {
    this.set(type, 'Unknown', reason, message);
  }

  delete(...types: string[]): void {
    for (const type of types) this.byType.delete(type);
  }

  /** Work is under way. */
  markReconciling(reason: string, message: string): void {
    this.delete(ConditionType.Stalled);
    this.markTrue(ConditionType.Reconciling, reason, message);
  }

  /** Nothing more happens until the spec changes or somebody asks. */
  markStalled(reason: string, message: string): void {
    this.delete(ConditionType.Reconciling);
    this.markTrue(ConditionType.Stalled, reason, message);
  }

  /**
   * Reports progress without making Ready flap on routine runs: Ready becomes
   * Unknown only for real change, or where it said nothing certain before.
   */
  markProgressing(message: string, options: { changed: boolean }): void {
    this.markReconciling(Reason.Progressing, message);
    const ready = this.get(ConditionType.Ready);
    if (options.changed || !ready || ready.status === 'Unknown') {
      this.markUnknown(ConditionType.Ready, Reason.Progressing, message);
    }
  }

  /** Sets Ready from the other conditions; see {@link summarizeReady}. */
  summarize(priority: readonly string[]): ReadySummary | undefined {
    const summary = summarizeReady([...this.byType.values()], priority);
    if (summary) {
      this.set(
        ConditionType.Ready,
        summary.status,
        summary.reason,
        summary.message,
      );
    }
    return summary;
  }

  /** For `status.conditions`, in Flux's order. */
  toArray(): Condition[] {
    return sortConditions([...this.byType.values()]);
  }
}

function wholeSeconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}
