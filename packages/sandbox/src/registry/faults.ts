/**
 * A request to the registry as a test can look at it. Bodies and credentials are
 * not recorded.
 *
 * @public
 */
export interface RegistryRequest {
  method: string;
  /** What it is about. */
  operation:
    | 'ping'
    | 'token'
    | 'blob'
    | 'upload'
    | 'manifest'
    | 'tags'
    | 'referrers'
    | 'catalog'
    | 'other';
  /** With its query. */
  path: string;
  repository?: string;
  /** Tag or digest of a manifest, digest of a blob. */
  reference?: string;
  /** Account of the credential or token; undefined for anonymous requests. */
  account?: string;
  /** How it was authorized. */
  authorization?: 'basic' | 'bearer';
  userAgent?: string;
  /** HTTP status of the answer; undefined until there is one. */
  readonly status?: number;
}

/**
 * A fault that requests to the registry meet; what is left out does not happen.
 *
 * @public
 */
export interface RegistryFault {
  /** Which requests; all by default. */
  match?: (request: RegistryRequest) => boolean;
  /** How many matching requests meet the fault; all by default. */
  times?: number;
  /** Answer with this HTTP status and do nothing. */
  status?: number;
  /** Code in that answer; `UNKNOWN` by default. */
  code?: string;
  /** Headers of that answer, such as `retry-after`; without `status`, of the usual one. */
  headers?: Record<string, string>;
  /** That answer's body in place of an error. */
  body?: string;
  /** Close the connection instead of answering. */
  disconnect?: boolean;
  /** Never answer. */
  hang?: boolean;
  /** Break off in the middle of a blob or manifest. */
  truncate?: boolean;
  /** Send other bytes than those of the blob or manifest, as many. */
  corrupt?: boolean;
}

/**
 * Faults for tests of a registry client.
 *
 * @public
 */
export interface RegistryFaults {
  /** Adds a fault; returns how to take it away. */
  inject(fault: RegistryFault): () => void;
  /** Takes all faults away. */
  clear(): void;
}

/** Chooses the fault that a request meets: the first that matches. */
export class RegistryFaultPlan implements RegistryFaults {
  private readonly faults = new Set<{ fault: RegistryFault; left: number }>();

  inject(fault: RegistryFault): () => void {
    const entry = { fault, left: fault.times ?? Infinity };
    this.faults.add(entry);
    return () => this.faults.delete(entry);
  }

  clear(): void {
    this.faults.clear();
  }

  take(request: RegistryRequest): RegistryFault | undefined {
    for (const entry of this.faults) {
      if (entry.fault.match && !entry.fault.match(request)) continue;
      entry.left -= 1;
      if (entry.left <= 0) this.faults.delete(entry);
      return entry.fault;
    }
    return undefined;
  }
}
