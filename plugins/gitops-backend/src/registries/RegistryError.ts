import { CustomErrorBase } from '@backstage/errors';

/** What may be wrong between the portal and a registry. */
export type RegistryErrorCode =
  /** A name, tag or digest is none. */
  | 'REGISTRY_INVALID_REFERENCE'
  /** Credentials are missing, wrong, or not enough. */
  | 'REGISTRY_UNAUTHORIZED'
  /** Credentials would have to be told to a host that they are not for. */
  | 'REGISTRY_REALM'
  | 'REGISTRY_NOT_FOUND'
  /** It asks to wait for longer than anybody waits. */
  | 'REGISTRY_RATE_LIMITED'
  | 'REGISTRY_UNAVAILABLE'
  /** It does not answer as a registry does. */
  | 'REGISTRY_BAD_ANSWER'
  | 'REGISTRY_DIGEST_MISMATCH'
  | 'REGISTRY_TOO_LARGE';

/** A registry did not give what it was asked for. Names no credential. */
export class RegistryError extends CustomErrorBase {
  readonly name = 'RegistryError';

  constructor(
    readonly code: RegistryErrorCode,
    message: string,
    /** HTTP status, where the registry answered. */
    readonly status?: number,
    /** The header of that name. */
    readonly retryAfter?: string,
  ) {
    super(message);
  }
}
