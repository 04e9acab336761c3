import { createPublicKey, KeyObject, verify } from 'node:crypto';
import { Bundle } from '@sigstore/bundle';
import { toSignedEntity, TrustMaterial, Verifier } from '@sigstore/verify';
import { requireClaim } from './claims';
import { SimpleSignature } from './findSignatures';
import { SignatureError } from './SignatureError';

/** Types of keys that cosign makes or imports. */
const KEY_TYPES: ReadonlySet<string> = new Set(['ec', 'rsa', 'ed25519']);

/**
 * Reads a public key as `cosign generate-key-pair` writes it.
 *
 * @param where - names where it was found
 * @throws SignatureError
 */
export function readPublicKey(pem: Buffer, where: string): KeyObject {
  const text = pem.toString('utf8').trim();
  let key: KeyObject | undefined;
  if (/^-----BEGIN (RSA )?PUBLIC KEY-----/.test(text)) {
    try {
      key = createPublicKey(text);
    } catch {
      key = undefined;
    }
  }
  if (!key || !KEY_TYPES.has(key.asymmetricKeyType ?? '')) {
    throw new SignatureError(
      `${where} is no public key in PEM (ECDSA, RSA or Ed25519)`,
    );
  }
  return key;
}

/**
 * Checks a signature with a key alone: no transparency log is asked (Flux 2.9).
 *
 * @throws where the signature is not of this key, or not of this manifest
 */
export function verifyByKey(
  signed: SimpleSignature | Bundle,
  digest: string,
  key: KeyObject,
): void {
  if ('payload' in signed) {
    const { payload, signature } = signed;
    const hash = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
    if (!verify(hash, payload, key, signature)) {
      throw new SignatureError('the signature is by another key');
    }
  } else {
    verifyBundle(signed, key);
  }
  requireClaim(signed, digest);
}

function verifyBundle(bundle: Bundle, key: KeyObject): void {
  const trust: TrustMaterial = {
    certificateAuthorities: [],
    timestampAuthorities: [],
    tlogs: [],
    ctlogs: [],
    publicKey: () => ({ publicKey: key, validFor: () => true }),
  };
  const entity = toSignedEntity(bundle);
  new Verifier(trust, {
    ctlogThreshold: 0,
    tlogThreshold: 0,
    timestampThreshold: 0,
  }).verify({ ...entity, tlogEntries: [], timestamps: [] });
}
