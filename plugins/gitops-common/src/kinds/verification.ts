import {
  choice,
  FieldSchema,
  FieldsOf,
  list,
  object,
  required,
  string,
} from './schema';
import { LocalObjectReference, localRef } from './references';

/**
 * Who may have signed without a key: both are regular expressions.
 *
 * @public
 */
export interface OidcIdentityMatch {
  issuer: string;
  subject: string;
}

/**
 * Which signatures an OCI artifact must have.
 *
 * @public
 */
export interface OciVerification {
  /** Default `cosign`. */
  provider: 'cosign' | 'notation';
  /** Public keys, or certificates and a trust policy; keyless if left out. */
  secretRef?: LocalObjectReference;
  matchOIDCIdentity?: OidcIdentityMatch[];
}

/** Fields that all verifications of OCI artifacts share. */
export const ociVerificationFields: FieldsOf<OciVerification> = {
  provider: required(
    choice('Which tool signed it.', ['cosign', 'notation'], {
      default: 'cosign',
    }),
  ),
  secretRef: localRef(
    'Secret with public keys (cosign) or with certificates and a trust policy (notation); signatures without a key if left out.',
  ),
  matchOIDCIdentity: list(
    'Identities that may sign without a key; one must match.',
    object<OidcIdentityMatch>('One identity.', {
      issuer: required(
        string('Regular expression for the issuer of the token.'),
      ),
      subject: required(
        string('Regular expression for the subject of the token.'),
      ),
    }),
  ),
};

export function ociVerification(description: string): FieldSchema {
  return object<OciVerification>(description, ociVerificationFields);
}
