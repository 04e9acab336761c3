import { CloudServiceAccount } from './buckets';
import { HttpClient } from './net';

/**
 * How somebody is known to a registry: by name and password; by a token that its
 * token service exchanges (`identitytoken` of a Docker configuration); or by one
 * that the registry itself takes (`registrytoken`).
 *
 * @public
 */
export type RegistryCredential =
  | { username: string; password: string }
  | { identityToken: string }
  | { registryToken: string };

/**
 * A credential of a cloud, and how long it may be used.
 *
 * @public
 */
export interface SuppliedRegistryCredential {
  credential: RegistryCredential;
  /** Milliseconds since the epoch; left out, it is asked for anew each time. */
  expiresAt?: number;
}

/**
 * For what a {@link RegistryCredentialSupplier} is asked.
 *
 * @public
 */
export interface RegistryCredentialRequest {
  /** Host of the registry, with the port where it is not the usual one. */
  registry: string;
  /** Of `spec.serviceAccountName`; without, the portal's own identity counts. */
  serviceAccount?: CloudServiceAccount;
  /** Connects as `spec.proxySecretRef` says; not to be released. */
  http: HttpClient;
  /** Fires when the fetch must end. */
  signal: AbortSignal;
  /** Milliseconds since the epoch. */
  now(): number;
}

/**
 * Logs in to the registries of one cloud, for `spec.provider` of OCIRepository,
 * HelmRepository and ImageRepository.
 *
 * @public
 */
export interface RegistryCredentialSupplier {
  /** `aws`, `azure` or `gcp` */
  readonly provider: string;
  /**
   * @returns undefined where the registry is not one of this cloud; it is then
   * asked without a credential
   * @throws what went wrong, in words that may be shown
   */
  credential(
    request: RegistryCredentialRequest,
  ): Promise<SuppliedRegistryCredential | undefined>;
}
