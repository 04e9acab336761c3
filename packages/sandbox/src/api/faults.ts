import type { UnavailableService } from '../aggregation/apiServices';
import type { RecordedRequest } from './requestLog';

/**
 * A fault that requests meet. All members are optional; what is left out does
 * not happen.
 *
 * @public
 */
export interface Fault {
  /** Which requests; all by default. */
  match?: (request: RecordedRequest) => boolean;
  /** How many matching requests meet the fault; all by default. */
  times?: number;
  /** Milliseconds to wait before the request is handled. */
  latencyMs?: number;
  /** Answer with this HTTP status (a `Status` object) and do nothing. */
  status?: number;
  /** Seconds in the `Retry-After` header of that answer. */
  retryAfterSeconds?: number;
  /** Close the connection instead of answering. */
  disconnect?: boolean;
  /** Never answer and keep the connection open, as a peer that has gone without a word. */
  hang?: boolean;
  /** Only each nth matching request meets the fault, such as 409 for each third write. */
  every?: number;
  /** Handle the request, then close the connection before the answer is sent. */
  dropResponse?: boolean;
  /** Probability from 0 to 1 that a matching request meets the fault; 1 by default. */
  rate?: number;
}

/**
 * Faults for tests of a Kubernetes client.
 *
 * @public
 */
export interface KubernetesFaults {
  /** Adds a fault; returns how to take it away. */
  inject(fault: Fault): () => void;
  /** Takes all faults away. */
  clear(): void;
  /** Breaks the connections of all open watches. */
  dropWatches(): void;
  /** Open watches send nothing any more and stay open, as half-open connections do. */
  stallWatches(): void;
  /**
   * Makes a group's version answer 503 and stale in discovery, as while the
   * service behind an APIService is missing; returns how to bring it back.
   */
  failGroup(service: { group: string; version: string }): () => void;
  /** Sends `410 Expired` on all open watches and ends them. */
  expireWatches(): void;
  /** Forgets the log of changes: a watch or continued list from an earlier resourceVersion gets 410. */
  compact(): void;
}

/** Chooses the faults that a request meets. */
export class FaultPlan {
  private readonly faults = new Set<{
    fault: Fault;
    left: number;
    seen: number;
  }>();
  private readonly groups = new Map<string, UnavailableService>();

  constructor(private readonly random: () => number) {}

  inject(fault: Fault): () => void {
    const entry = { fault, left: fault.times ?? Infinity, seen: 0 };
    this.faults.add(entry);
    return () => this.faults.delete(entry);
  }

  clear(): void {
    this.faults.clear();
    this.groups.clear();
  }

  /** Makes a group's version unavailable; returns how to bring it back. */
  fail(service: UnavailableService): () => void {
    const key = `${service.group}/${service.version}`;
    this.groups.set(key, service);
    return () => this.groups.delete(key);
  }

  /** The groups and versions that answer 503. */
  get unavailable(): UnavailableService[] {
    return [...this.groups.values()];
  }

  /** The faults of a request, each counted as used. */
  take(request: RecordedRequest): Fault[] {
    const taken: Fault[] = [];
    for (const entry of [...this.faults]) {
      const { fault } = entry;
      if (fault.match && !fault.match(request)) continue;
      entry.seen += 1;
      if (fault.every && entry.seen % fault.every !== 0) continue;
      if (fault.rate !== undefined && this.random() >= fault.rate) continue;
      entry.left -= 1;
      if (entry.left <= 0) this.faults.delete(entry);
      taken.push(fault);
    }
    return taken;
  }
}
