import { createPublicKey, KeyObject, verify } from 'node:crypto';
import { Bundle } from '@sigstore/bundle';
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
  const { bytes, signature } =
    'payload' in signed
      ? { bytes: signed.payload, signature: signed.signature }
      : envelopeOf(signed);
  if (!hashesFor(key).some(hash => verify(hash, bytes, key, signature))) {
    throw new SignatureError('the signature is by another key');
  }
  requireClaim(signed, digest);
}

/** What the signature of a bundle is over (DSSE 1.0, pre-authentication encoding). */
function envelopeOf({ content }: Bundle): { bytes: Buffer; signature: Buffer } {
  if (content?.$case !== 'dsseEnvelope') {
    throw new SignatureError('the bundle holds no DSSE envelope');
  }
  const { payload, payloadType, signatures } = content.dsseEnvelope;
  const type = Buffer.from(payloadType);
  return {
    bytes: Buffer.concat([
      Buffer.from(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `),
      payload,
    ]),
    signature: signatures[0].sig,
  };
}

/**
 * SHA-256, which cosign took for all keys until version 2; version 3 takes the hash
 * that is as strong as the key.
 */
function hashesFor(key: KeyObject): readonly (string | null)[] {
  if (key.asymmetricKeyType === 'ed25519') {
    return [null];
  }
  switch (key.asymmetricKeyDetails?.namedCurve) {
    case 'secp384r1':
      return ['sha256', 'sha384'];
    case 'secp521r1':
      return ['sha256', 'sha512'];
    default:
      return ['sha256'];
  }
}
