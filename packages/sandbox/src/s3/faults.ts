/**
 * A request to the S3 server as a test can look at it. Bodies and credentials
 * are not recorded.
 *
 * @public
 */
export interface S3Request {
  method: string;
  /** As Amazon S3 names it, such as `ListObjectsV2`. */
  operation: string;
  bucket?: string;
  key?: string;
  query: Record<string, string>;
  /** Of the account that signed; undefined for anonymous requests. */
  accessKeyId?: string;
  userAgent?: string;
  /** HTTP status of the answer; undefined until there is one. */
  readonly status?: number;
}

/**
 * A fault that requests to the S3 server meet; what is left out does not happen.
 *
 * @public
 */
export interface S3Fault {
  /** Which requests; all by default. */
  match?: (request: S3Request) => boolean;
  /** How many matching requests meet the fault; all by default. */
  times?: number;
  /** Answer with this HTTP status and do nothing. */
  status?: number;
  /** Code in that answer; `InternalError` by default. */
  code?: string;
  /** Headers of that answer, such as `retry-after`. */
  headers?: Record<string, string>;
  /** That answer's body in place of an error. */
  body?: string;
  /** Close the connection instead of answering. */
  disconnect?: boolean;
  /** Never answer. */
  hang?: boolean;
  /** Break off in the middle of an object's bytes. */
  truncate?: boolean;
  /** Handle a write, then close the connection before the answer is sent. */
  dropResponse?: boolean;
}

/**
 * Faults for tests of an S3 client.
 *
 * @public
 */
export interface S3Faults {
  /** Adds a fault; returns how to take it away. */
  inject(fault: S3Fault): () => void;
  /** Takes all faults away. */
  clear(): void;
}

/** Chooses the fault that a request meets: the first that matches. */
export class S3FaultPlan implements S3Faults {
  private readonly faults = new Set<{ fault: S3Fault; left: number }>();

  inject(fault: S3Fault): () => void {
    const entry = { fault, left: fault.times ?? Infinity };
    this.faults.add(entry);
    return () => this.faults.delete(entry);
  }

  clear(): void {
    this.faults.clear();
  }

  take(request: S3Request): S3Fault | undefined {
    for (const entry of this.faults) {
      if (entry.fault.match && !entry.fault.match(request)) continue;
      entry.left -= 1;
      if (entry.left <= 0) this.faults.delete(entry);
      return entry.fault;
    }
    return undefined;
  }
}
