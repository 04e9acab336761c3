/**
 * How to speak to the API server of a cluster.
 *
 * @public
 */
export interface ClusterConnection {
  /** `https://host:port`, without a path unless the server is behind one. */
  server: string;
  /** PEM; added to the certificates that the system trusts. */
  certificateAuthority?: string;
  /** Name to verify the certificate against, where it is not the host's. */
  tlsServerName?: string;
  /** Never verifies the certificate; only where an administrator allows it. */
  insecureSkipTlsVerify?: boolean;
  /** http, https or socks5 address of a proxy. */
  proxyUrl?: string;
}

/**
 * Who one is at the API server: one of the forms, or none of them.
 *
 * @public
 */
export type ClusterCredential =
  | { type: 'token'; token: string }
  | { type: 'certificate'; certificate: string; privateKey: string }
  | { type: 'basic'; username: string; password: string }
  | { type: 'anonymous' };

/**
 * Connection and credential of a cluster at one moment.
 *
 * @public
 */
export interface ClusterAccess {
  connection: ClusterConnection;
  credential: ClusterCredential;
  /** When the credential ceases to be valid; it is asked for again before. */
  expiresAt?: Date;
}

/**
 * Supplies clusters by name, with the credential that the reconcilers use.
 * Several suppliers may be registered; the first that knows a name answers.
 *
 * Nothing that a supplier returns is ever logged, stored or shown.
 *
 * @public
 */
export interface ClusterCredentialSupplier {
  /** For messages and for the configuration, such as `kubeconfig-file`. */
  readonly name: string;

  /** Names of the clusters that it can supply. */
  listClusters(options?: { signal?: AbortSignal }): Promise<string[]>;

  /**
   * Access to a cluster, or `undefined` for a name that it does not know. Called
   * again whenever the credential expires or is refused, so it must not cache
   * beyond `expiresAt`.
   */
  getAccess(
    cluster: string,
    options?: { signal?: AbortSignal },
  ): Promise<ClusterAccess | undefined>;
}
