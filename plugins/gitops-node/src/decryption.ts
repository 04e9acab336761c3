import { CustomErrorBase } from '@backstage/errors';
import { CloudServiceAccount, SecretData } from './buckets';
import { HttpClient } from './net';

/**
 * Kinds of keys that SOPS encrypts data keys with, as its metadata names them.
 *
 * @public
 */
export type SopsKeyType =
  'age' | 'pgp' | 'kms' | 'gcp_kms' | 'azure_kv' | 'hc_vault' | 'hckms';

/**
 * A data key, or a part of one, that a master key encrypted.
 *
 * @public
 */
export interface SopsMasterKey {
  type: SopsKeyType;
  /** The encrypted data key, in the form of the type. */
  enc: string;
  /** What else the metadata says: `arn`, `recipient`, `vault_address`, … */
  fields: Readonly<Record<string, unknown>>;
}

/**
 * Opens data keys by one kind of key. It is made for one delivery and knows its
 * keys or identities; it is asked once for each data key, and keeps none.
 *
 * @public
 */
export interface SopsKeyService {
  readonly type: SopsKeyType;
  /**
   * @returns the data key; undefined where none of its keys is the one
   * @throws {@link SopsKeyError}, {@link NetworkError}; anything else counts as a
   * service that failed. The message is shown, and names no key material
   */
  decrypt(
    key: SopsMasterKey,
    options: { signal: AbortSignal },
  ): Promise<Uint8Array | undefined>;
}

/**
 * What a delivery offers to open data keys with: the Secret of
 * `spec.decryption.secretRef`, the ServiceAccount of
 * `spec.decryption.serviceAccountName`, both, or nothing (Flux 2.9).
 *
 * @public
 */
export interface SopsKeyServiceRequest {
  /** Of the object. */
  namespace: string;
  /** With the keys of all services; those that count win over an identity. */
  secret?: SecretData;
  /**
   * Without, the portal's own identity of the cloud counts, where the module is told
   * that it may be used.
   */
  serviceAccount?: CloudServiceAccount;
  /** The portal's guarded connections; not to be released. */
  http: HttpClient;
  /** Fires when the delivery must end. */
  signal: AbortSignal;
  /** Milliseconds since the epoch. */
  now(): number;
}

/**
 * Brings the key service of a cloud for `spec.decryption` of Kustomizations.
 *
 * @public
 */
export interface SopsKeyServiceProvider {
  readonly type: SopsKeyType;
  /**
   * Prepares the service for one delivery, when a file of it first names a key of
   * this type; the service need not be asked for anything yet.
   *
   * @throws {@link SopsKeyError} where what the delivery offers cannot be used
   */
  open(request: SopsKeyServiceRequest): Promise<SopsKeyService>;
}

/**
 * - `GITOPS_SOPS_KEY_ENTRY`: the file names no key that could be asked for
 * - `GITOPS_SOPS_KEY_CREDENTIAL`: there is nothing to ask with, or it cannot be used
 * - `GITOPS_SOPS_KEY_NOT_ALLOWED`: the portal does not ask there
 * - `GITOPS_SOPS_KEY_REFUSED`: the service did not open the data key
 * - `GITOPS_SOPS_KEY_ANSWER`: the service answered with something else
 *
 * @public
 */
export type SopsKeyErrorCode =
  | 'GITOPS_SOPS_KEY_ENTRY'
  | 'GITOPS_SOPS_KEY_CREDENTIAL'
  | 'GITOPS_SOPS_KEY_NOT_ALLOWED'
  | 'GITOPS_SOPS_KEY_REFUSED'
  | 'GITOPS_SOPS_KEY_ANSWER';

/**
 * A key service does not open a data key. The message says why and what to do; it is
 * shown, and holds neither credentials nor key material.
 *
 * @public
 */
export class SopsKeyError extends CustomErrorBase {
  readonly name = 'SopsKeyError';

  constructor(
    readonly code: SopsKeyErrorCode,
    message: string,
    cause?: unknown,
  ) {
    super(message, cause);
  }
}
