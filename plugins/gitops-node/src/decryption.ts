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
 * keys or identities.
 *
 * @public
 */
export interface SopsKeyService {
  readonly type: SopsKeyType;
  /**
   * @returns the data key; undefined where none of its keys is the one
   * @throws where the key was refused, or could not be asked for; the message
   * names no key material
   */
  decrypt(
    key: SopsMasterKey,
    options: { signal: AbortSignal },
  ): Promise<Uint8Array | undefined>;
}
