/**
 * A request as a test can look at it. Bodies and credentials are not recorded.
 *
 * @public
 */
export interface RecordedRequest {
  method: string;
  /** Path without query. */
  path: string;
  query: Record<string, string>;
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; the method in lower case for other paths. */
  verb: string;
  group?: string;
  resource?: string;
  subresource?: string;
  namespace?: string;
  name?: string;
  contentType?: string;
  userAgent?: string;
  /** The user in whose name it was handled. */
  user?: string;
  /** Set where that user was impersonated. */
  impersonatedBy?: string;
  /** HTTP status of the answer; undefined until there is one. */
  status?: number;
}

/**
 * The latest requests, oldest first.
 *
 * @public
 */
export interface RequestLog {
  /** All recorded requests that match. */
  list(match?: (request: RecordedRequest) => boolean): RecordedRequest[];
  clear(): void;
}

/** Keeps a bounded number of requests. */
export class BoundedRequestLog implements RequestLog {
  private entries: RecordedRequest[] = [];

  constructor(private readonly limit: number) {}

  add(request: RecordedRequest): void {
    this.entries.push(request);
    if (this.entries.length > this.limit * 2) {
      this.entries = this.entries.slice(-this.limit);
    }
  }

  list(match: (request: RecordedRequest) => boolean = () => true) {
    return this.entries.slice(-this.limit).filter(match);
  }

  clear(): void {
    this.entries = [];
  }
}
