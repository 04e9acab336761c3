import { CustomErrorBase } from '@backstage/errors';
import { Readable } from 'node:stream';
import { Dispatcher } from 'undici';

/**
 * How to connect, beside the address. Values come from Secrets and reach no
 * message.
 *
 * @public
 */
export interface ConnectionSettings {
  tls?: {
    /** PEM; trusted beside the system's certificates. */
    ca?: string;
    /** PEM of a client certificate; goes with `privateKey`. */
    certificate?: string;
    /** PEM. */
    privateKey?: string;
    /** Takes any certificate of the server. */
    insecureSkipVerify?: boolean;
  };
  proxy?: {
    /** `http://`, `https://` or `socks5://`, with host and port. */
    address: string;
    username?: string;
    password?: string;
  };
}

/**
 * A request of {@link HttpClient}.
 *
 * @public
 */
export interface HttpRequest {
  /** Default GET. */
  method?: string;
  headers?: Readonly<Record<string, string>>;
  /** A stream can be sent once, so such a request follows no redirect. */
  body?: string | Uint8Array | Readable;
  signal: AbortSignal;
  /** Value of the Authorization header; only the origin of the URL receives it. */
  authorization?: string;
  /** How many redirects are followed. Default 5 for GET and HEAD, else none. */
  redirects?: number;
  /** Bytes of the answer's body at most, as sent and as unpacked. Default 512 MiB. */
  maxBytes?: number;
  /** Takes a body that is packed by gzip, and unpacks it. Default no. */
  compressed?: boolean;
}

/**
 * An answer, whatever its status. The body must be read or dumped.
 *
 * @public
 */
export interface HttpResponse {
  status: number;
  /** By name in lower case. */
  headers: Readonly<Record<string, string>>;
  /** Where redirects ended. */
  url: URL;
  /** Fails with {@link NetworkError} where it is too long or breaks off. */
  body: Readable;
  bytes(maxBytes?: number): Promise<Buffer>;
  /** UTF-8. */
  text(maxBytes?: number): Promise<string>;
  /** Reads nothing more. */
  dump(): Promise<void>;
}

/**
 * Requests by one kind of connection, to hosts that the portal may connect to.
 *
 * @public
 */
export interface HttpClient {
  /** For libraries that take one; it is guarded as requests are. */
  readonly dispatcher: Dispatcher;
  /** @throws {@link NetworkError} */
  request(url: string | URL, request: HttpRequest): Promise<HttpResponse>;
  /** Call it once, when nothing more is asked. */
  release(): void;
}

/**
 * The connections of the process: clients of the same settings share them.
 *
 * @public
 */
export interface HttpConnections {
  /** @throws {@link NetworkError} where the proxy must not be connected to */
  open(settings?: ConnectionSettings): HttpClient;
}

/**
 * An address of a host that may be connected to.
 *
 * @public
 */
export interface GuardedAddress {
  address: string;
  family: number;
}

/**
 * Which hosts the portal connects to on behalf of an object. For what is not
 * HTTP; {@link HttpConnections} asks it already.
 *
 * @public
 */
export interface ConnectionGuard {
  /**
   * Looks a host up. Connect to one of the addresses and not to the name: a
   * second answer of its name server may be another.
   *
   * @throws {@link NetworkError}
   */
  resolve(host: string, port?: number): Promise<GuardedAddress[]>;
}

/** @public */
export type NetworkErrorCode =
  | 'GITOPS_NETWORK_REFUSED'
  | 'GITOPS_NETWORK_UNREACHABLE'
  | 'GITOPS_NETWORK_TLS'
  | 'GITOPS_NETWORK_TOO_LARGE'
  | 'GITOPS_NETWORK_REDIRECT'
  | 'GITOPS_NETWORK_BROKEN';

/**
 * A host must not or cannot be reached, or its answer did not arrive whole. Names
 * the host, never a path, a query or a credential.
 *
 * @public
 */
export class NetworkError extends CustomErrorBase {
  readonly name = 'NetworkError';

  constructor(
    readonly code: NetworkErrorCode,
    message: string,
    cause?: unknown,
  ) {
    super(message, cause);
  }
}
