/** Names one GitOps object in one home; the identity of a work row. */
export interface WorkKey {
  home: string;
  group: string;
  kind: string;
  namespace: string;
  name: string;
}

/** What is registered in the queue for an object. */
export interface WorkRegistration extends WorkKey {
  controller: string;
  /** The catalog entity that the object is tied to. */
  entityRef?: string;
}

/** A row of the queue. Times are milliseconds since the epoch. */
export interface WorkItem extends WorkRegistration {
  id: string;
  /** Null: it runs only when woken. */
  dueAt: number | null;
  /** Failed runs in a row. */
  failures: number;
  /** Leases in a row that ended without a result. */
  lost: number;
  wakeReason?: string;
  lastStartedAt: number | null;
  lastFinishedAt: number | null;
  lastOutcome?: string;
}

/**
 * The right to run one item until its lease ends. Check it before every
 * mutation: a process that was stopped, or starved of CPU, finds out here that
 * somebody else may be running the item.
 */
export interface Claim {
  readonly item: WorkItem;
  readonly owner: string;
  /** Fencing token: larger than that of any earlier claim of the item. */
  readonly fence: number;
  /**
   * The last run was this process' own and ended in order, or there was none since
   * the item was registered: what this process knows of earlier runs is all there
   * is. After one that failed, a write may have been done whose answer was lost.
   */
  readonly isContinued: boolean;
  /** Fires when the lease was lost. */
  readonly signal: AbortSignal;
  /** Throws a {@link LeaseLostError} when the lease may have ended. */
  assertHeld(): void;
  /** Ends it here, where it turned out that it is not held any more. */
  lose(): void;
  /** Calls back when the item is made due again while it runs; gives how to end that. */
  onWake(listener: () => void): () => void;
  /** Waits for something; other items may run in its place meanwhile. */
  rest<T>(work: Promise<T>): Promise<T>;
  /** Set by whoever has to know when it rests. */
  onRest?: (isResting: boolean) => void;
}

/** How a run ended, as far as the queue is concerned. */
export interface Completion {
  /** Null: not before it is woken. */
  dueAt: number | null;
  failed: boolean;
  /** A short word for people, such as `done` or `waiting`. */
  outcome: string;
}

/** Figures for the doctor and for metrics. */
export interface QueueStatistics {
  total: number;
  due: number;
  running: number;
  /** Milliseconds by which the most overdue item is late. */
  lagMs: number;
}

/**
 * One row per object with its next due time, claimed by one process at a time.
 * Any number of processes share it.
 */
export interface WorkQueue {
  /** Adds what is not there yet, due now; what is there keeps its due time. */
  register(items: readonly WorkRegistration[]): Promise<void>;
  /** Makes items due at `at` (default: now), also those that run just now. */
  wake(
    keys: readonly WorkKey[],
    options: { reason: string; at?: number },
  ): Promise<void>;
  /** Drops items; a run under way loses its claim. */
  forget(keys: readonly WorkKey[]): Promise<void>;
  /** Drops the items of a home and kind that are not among `keys`. */
  retain(
    scope: { home: string; group: string; kind: string },
    keys: readonly WorkKey[],
  ): Promise<void>;
  /**
   * Claims due items, taking turns between namespaces; those of `homes` only,
   * where it is given.
   */
  claim(options: {
    controller: string;
    limit: number;
    homes?: readonly string[];
  }): Promise<Claim[]>;
  /** Prolongs the leases held by this process; fires `signal` of lost ones. */
  heartbeat(): Promise<void>;
  /**
   * Ends a claim. False when it had been lost: nothing was written. An item
   * that was forgotten meanwhile has ended well.
   */
  finish(claim: Claim, completion: Completion): Promise<boolean>;
  /** Drops the item of a claim, unless somebody else has claimed it since. */
  discard(claim: Claim): Promise<void>;
  /**
   * The run of a claim was given up: whoever may runs it at once, unless
   * somebody does already.
   */
  giveUp(claim: Claim): Promise<void>;
  /** Returns the items of dead processes to the queue; gives their number. */
  recoverLost(): Promise<number>;
  get(key: WorkKey): Promise<WorkItem | undefined>;
  statistics(controller?: string): Promise<QueueStatistics>;
  /** Calls back when this process made something due, of which controllers. */
  onWake(
    listener: (controllers: ReadonlySet<string> | undefined) => void,
  ): () => void;
}

/** `home/group/kind/namespace/name`; none of the parts can hold a slash. */
export function workId(key: WorkKey): string {
  return `${key.home}/${key.group}/${key.kind}/${key.namespace}/${key.name}`;
}
