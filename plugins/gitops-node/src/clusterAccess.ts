import { CloudServiceAccount } from './buckets';
import { ClusterAccess } from './clusterCredentials';
import { HttpClient } from './net';

/**
 * For what a {@link ClusterAccessProvider} is asked: the keys of the ConfigMap of
 * `spec.kubeConfig.configMapRef` (Flux 2.9), and what may be used to answer.
 *
 * @public
 */
export interface ClusterAccessRequest {
  /** Of the object that is delivered, and of the ConfigMap. */
  namespace: string;
  /** `cluster`: what the cloud calls it, such as an ARN or a resource id. */
  cluster?: string;
  /**
   * `address` of the API server, `https://host:port`; looked up where left out. There is
   * one only with a ServiceAccount: the portal's own credential goes nowhere that a
   * ConfigMap says.
   */
  address?: string;
  /** `ca.crt`, as PEM; looked up where left out. */
  certificateAuthority?: string;
  /**
   * `audiences`, one on each line of it; often none. Where there are some, the tokens
   * of the ServiceAccount are for these.
   */
  audiences: readonly string[];
  /**
   * Of `serviceAccountName`, in the namespace of the object; without, the portal's
   * own identity of the cloud counts, where the module is told that it may be used.
   */
  serviceAccount?: CloudServiceAccount;
  /** The portal's connections to the cloud; not to be released. */
  http: HttpClient;
  /** Fires when the delivery must end. */
  signal: AbortSignal;
  /** Milliseconds since the epoch. */
  now(): number;
}

/**
 * Finds clusters of one cloud and logs in to them, for the `provider` of the
 * ConfigMap of `spec.kubeConfig.configMapRef` of Kustomization and HelmRelease.
 * Source of the behaviour: `auth` of fluxcd/pkg as of Flux 2.9.
 *
 * @public
 */
export interface ClusterAccessProvider {
  /** `aws`, `azure` or `gcp` */
  readonly provider: string;
  /**
   * Address, CA and a credential of the cluster. What is returned is kept until a
   * fifth of the time to its `expiresAt` is left and then asked for again; without
   * `expiresAt` for five minutes. Objects of a namespace that ask for the same
   * share it.
   *
   * The address that is returned, which may be a host alone, is connected to through
   * the portal's guard, and only with verified TLS.
   *
   * @throws what went wrong, in words that may be shown
   */
  access(request: ClusterAccessRequest): Promise<ClusterAccess>;
}
