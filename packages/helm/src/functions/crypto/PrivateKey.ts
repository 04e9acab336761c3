import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  KeyObject,
} from 'node:crypto';
import { GoError } from '@backstage-gitops/go-template';
import { DsaKey } from './DsaKey';
import { DerError } from './der';
import { decodePem, encodePem } from './pem';

/** A key as Go holds it: DSA is none that could sign. */
export type PrivateKey = KeyObject | DsaKey;

/** Curves that Go has. */
const CURVES = new Set(['secp224r1', 'prime256v1', 'secp384r1', 'secp521r1']);

/** To sign with a longer key takes seconds, or minutes. */
const MOST_RSA_BITS = 8192;

/** How sprig reads the types of PEM, and what it says where that fails. */
const FORMATS = {
  PRIVATE: { type: 'pkcs8', problem: 'decoding PEM as PKCS#8' },
  RSA: { type: 'pkcs1', problem: 'parsing RSA private key from PEM' },
  EC: { type: 'sec1', problem: 'parsing EC private key from PEM' },
} as const;

/**
 * Reads a private key: PKCS #1, SEC 1, PKCS #8 or DSA.
 *
 * @throws GoError with sprig's words; the reason of its library is left out
 */
export function parsePrivateKey(pem: string): PrivateKey {
  const block = decodePem(pem);
  if (!block) {
    throw new GoError('no PEM data in input');
  }
  const { type, bytes } = block;
  if (type === 'PRIVATE KEY') {
    return readKey('PRIVATE', bytes);
  }
  if (!type.endsWith(' PRIVATE KEY')) {
    throw new GoError(`no private key data in PEM block of type ${type}`);
  }
  const kind = type.slice(0, -' PRIVATE KEY'.length);
  switch (kind) {
    case 'RSA':
    case 'EC':
      return readKey(kind, bytes);
    case 'DSA':
      try {
        return DsaKey.parse(bytes);
      } catch (error) {
        if (error instanceof DerError) {
          const problem = 'parsing DSA private key from PEM';
          throw new GoError(`${problem}: asn1: structure error`);
        }
        throw error;
      }
    default:
      throw new GoError(`invalid private key type ${type}`);
  }
}

function readKey(kind: keyof typeof FORMATS, bytes: Uint8Array): KeyObject {
  const { type, problem } = FORMATS[kind];
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: Buffer.from(bytes), format: 'der', type });
    publicKeyOf(key);
  } catch {
    // Words of OpenSSL would be neither Go's nor of use.
    throw new GoError(`${problem}: asn1: structure error`);
  }
  if (!isSupported(key)) {
    throw new GoError(`${problem}: x509: unknown kind of key`);
  }
  return key;
}

function isSupported(key: KeyObject): boolean {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return (key.asymmetricKeyDetails?.modulusLength ?? 0) <= MOST_RSA_BITS;
    case 'ed25519':
    case 'x25519':
      return true;
    case 'ec':
      return CURVES.has(key.asymmetricKeyDetails?.namedCurve ?? '');
    default:
      return false;
  }
}

/** The key as sprig writes it: PKCS #1, SEC 1, DSA, or else PKCS #8. */
export function formatPrivateKey(key: PrivateKey): string {
  if (key instanceof DsaKey) {
    return encodePem({ type: 'DSA PRIVATE KEY', bytes: key.bytes });
  }
  const types = { rsa: 'pkcs1', ec: 'sec1' } as const;
  const kind = key.asymmetricKeyType;
  const type = kind === 'rsa' || kind === 'ec' ? types[kind] : 'pkcs8';
  return String(key.export({ format: 'pem', type }));
}

/** The public key, as X.509 has it. */
export function publicKeyOf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' });
}

/** A new RSA key. */
export function generateRsaKey(modulusLength: number): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength }).privateKey;
}

/** `genPrivateKey` of sprig 3.3; an unknown type is told, not refused. */
export function generatePrivateKey(type: string): string {
  switch (type) {
    case '':
    case 'rsa':
      return formatPrivateKey(generateRsaKey(4096));
    case 'dsa': {
      const lengths = { modulusLength: 2048, divisorLength: 256 };
      return formatPrivateKey(
        DsaKey.from(generateKeyPairSync('dsa', lengths).privateKey),
      );
    }
    case 'ecdsa': {
      const curve = { namedCurve: 'prime256v1' };
      return formatPrivateKey(generateKeyPairSync('ec', curve).privateKey);
    }
    case 'ed25519':
      return formatPrivateKey(generateKeyPairSync('ed25519').privateKey);
    default:
      return `Unknown type ${type}`;
  }
}
