import { createHash, KeyObject, sign } from 'node:crypto';
import { encodeUtf8, GoError, goQuote } from '@backstage-gitops/go-template';
import {
  contextTag,
  decodeSequence,
  encode,
  encodeBits,
  encodeInteger,
  encodeOid,
  sequence,
  TAGS,
} from './der';
import { DsaKey } from './DsaKey';
import { PrivateKey, publicKeyOf } from './PrivateKey';

/** What a certificate is to say. */
export interface CertificateRequest {
  readonly commonName: string;
  /** 4 or 16 bytes each. */
  readonly ips: readonly Uint8Array[];
  readonly dnsNames: readonly string[];
  readonly isCa: boolean;
  /** Seconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Big-endian. */
  readonly serial: Uint8Array;
}

/** Who signs. */
export interface Issuer {
  readonly key: PrivateKey;
  /** Nothing where a certificate is signed with its own key. */
  readonly certificate?: IssuerCertificate;
}

/** What matters of the certificate of who signs. */
export interface IssuerCertificate {
  /** The subject, encoded. */
  readonly subject: Uint8Array;
  /** The public key, encoded. */
  readonly publicKey: Uint8Array;
  readonly subjectKeyId?: Uint8Array;
}

/** RFC 5280 and 3279. */
const OIDS = {
  commonName: '2.5.4.3',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  basicConstraints: '2.5.29.19',
  subjectKeyId: '2.5.29.14',
  authorityKeyId: '2.5.29.35',
  subjectAltName: '2.5.29.17',
  sha256WithRsa: '1.2.840.113549.1.1.11',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  ecdsaWithSha384: '1.2.840.10045.4.3.3',
  ecdsaWithSha512: '1.2.840.10045.4.3.4',
  ed25519: '1.3.101.112',
} as const;

const TRUE = encode(TAGS.BOOLEAN, Uint8Array.of(0xff));
/** Go signs with no shorter key. */
const LEAST_RSA_BITS = 1024;
const NOT_UTF8 = /\p{Surrogate}/u;
/** What Go writes as a PrintableString: no `*` and no `&`. */
const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;

/**
 * A certificate as Go's `x509.CreateCertificate` makes it for sprig: X.509 v3
 * for servers and clients, encoded.
 *
 * @throws GoError
 */
export function createCertificate(
  request: CertificateRequest,
  key: PrivateKey,
  issuer: Issuer,
): Uint8Array {
  const signer = signerOf(issuer.key);
  if (key instanceof DsaKey) {
    throw new GoError('x509: unsupported public key type: *dsa.PublicKey');
  }
  const publicKey = publicKeyOf(key);
  const subject = encodeName(request.commonName);
  const { certificate } = issuer;
  if (certificate && !publicKeyOf(signer.key).equals(certificate.publicKey)) {
    throw new GoError(
      "x509: provided PrivateKey doesn't match parent's PublicKey",
    );
  }
  const issuerName = certificate?.subject ?? subject;
  const isOther = !Buffer.from(issuerName).equals(subject);
  const body = sequence(
    encode(contextTag(0, true), encodeInteger(Uint8Array.of(2))),
    encodeInteger(request.serial),
    signer.algorithm,
    issuerName,
    sequence(encodeTime(request.notBefore), encodeTime(request.notAfter)),
    subject,
    publicKey,
    encode(
      contextTag(3, true),
      sequence(
        ...extensions(
          request,
          publicKey,
          isOther ? certificate?.subjectKeyId : undefined,
        ),
      ),
    ),
  );
  return sequence(body, signer.algorithm, encodeBits(signBody(signer, body)));
}

interface Signer {
  readonly key: KeyObject;
  /** Null where the signature has its own. */
  readonly hash: string | null;
  /** Encoded. */
  readonly algorithm: Uint8Array;
}

function signBody({ hash, key }: Signer, body: Uint8Array): Uint8Array {
  try {
    return sign(hash, body, key);
  } catch {
    // Its numbers do not belong together.
    throw new GoError('x509: the private key cannot sign');
  }
}

function signerOf(key: PrivateKey): Signer {
  if (key instanceof DsaKey || key.asymmetricKeyType === 'x25519') {
    throw new GoError(
      'x509: certificate private key does not implement crypto.Signer',
    );
  }
  const details = key.asymmetricKeyDetails;
  switch (key.asymmetricKeyType) {
    case 'rsa': {
      const bits = details?.modulusLength ?? 0;
      if (bits < LEAST_RSA_BITS) {
        throw new GoError(
          `crypto/rsa: ${bits}-bit keys are insecure (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)`,
        );
      }
      const none = encode(TAGS.NULL);
      const algorithm = sequence(encodeOid(OIDS.sha256WithRsa), none);
      return { key, hash: 'sha256', algorithm };
    }
    case 'ed25519':
      return { key, hash: null, algorithm: sequence(encodeOid(OIDS.ed25519)) };
    default:
      break;
  }
  switch (details?.namedCurve) {
    case 'secp384r1':
      return ecdsa(key, 'sha384', OIDS.ecdsaWithSha384);
    case 'secp521r1':
      return ecdsa(key, 'sha512', OIDS.ecdsaWithSha512);
    default:
      return ecdsa(key, 'sha256', OIDS.ecdsaWithSha256);
  }
}

function ecdsa(key: KeyObject, hash: string, oid: string): Signer {
  return { key, hash, algorithm: sequence(encodeOid(oid)) };
}

function encodeName(commonName: string): Uint8Array {
  if (commonName === '') {
    return sequence();
  }
  if (NOT_UTF8.test(commonName)) {
    throw new GoError('asn1: string not valid UTF-8');
  }
  const tag = PRINTABLE.test(commonName)
    ? TAGS.PRINTABLE_STRING
    : TAGS.UTF8_STRING;
  const value = encode(tag, encodeUtf8(commonName));
  const attribute = sequence(encodeOid(OIDS.commonName), value);
  return sequence(encode(TAGS.SET, attribute));
}

/** To the second; two digits of the year are enough from 1950 to 2049. */
function encodeTime(seconds: number): Uint8Array {
  const date = new Date(seconds * 1000);
  const year = date.getUTCFullYear();
  const digits = date.toISOString().replace(/\.\d+Z$|[-:T]/g, '');
  return year >= 1950 && year < 2050
    ? encode(TAGS.UTC_TIME, Buffer.from(`${digits.slice(2)}Z`))
    : encode(TAGS.GENERALIZED_TIME, Buffer.from(`${digits}Z`));
}

function extension(
  oid: string,
  isCritical: boolean,
  value: Uint8Array,
): Uint8Array {
  const critical = isCritical ? [TRUE] : [];
  return sequence(
    encodeOid(oid),
    ...critical,
    encode(TAGS.OCTET_STRING, value),
  );
}

/** In the order in which Go writes them. */
function extensions(
  { commonName, ips, dnsNames, isCa }: CertificateRequest,
  publicKey: Uint8Array,
  authorityKeyId: Uint8Array | undefined,
): Uint8Array[] {
  // Digital signature, key encipherment, and for a CA the signing of others.
  const usage = isCa
    ? encodeBits(Uint8Array.of(0b10100100), 2)
    : encodeBits(Uint8Array.of(0b10100000), 5);
  const purposes = [OIDS.serverAuth, OIDS.clientAuth].map(encodeOid);
  const found = [
    extension(OIDS.keyUsage, true, usage),
    extension(OIDS.extendedKeyUsage, false, sequence(...purposes)),
    extension(OIDS.basicConstraints, true, sequence(...(isCa ? [TRUE] : []))),
  ];
  if (isCa) {
    const id = encode(TAGS.OCTET_STRING, keyIdOf(publicKey));
    found.push(extension(OIDS.subjectKeyId, false, id));
  }
  if (authorityKeyId && authorityKeyId.length > 0) {
    const id = sequence(encode(contextTag(0), authorityKeyId));
    found.push(extension(OIDS.authorityKeyId, false, id));
  }
  if (ips.length + dnsNames.length > 0) {
    const names = [
      ...dnsNames.map(name => encode(contextTag(2), encodeIa5(name))),
      ...ips.map(ip => encode(contextTag(7), ip)),
    ];
    // Without a subject, this is all there is to go by.
    const isCritical = commonName === '';
    found.push(extension(OIDS.subjectAltName, isCritical, sequence(...names)));
  }
  return found;
}

function encodeIa5(text: string): Uint8Array {
  // eslint-disable-next-line no-control-regex -- all of ASCII
  if (!/^[\0-\x7f]*$/.test(text)) {
    throw new GoError(
      `x509: ${goQuote(text)} cannot be encoded as an IA5String`,
    );
  }
  return Buffer.from(text);
}

/** RFC 7093, method 1. */
function keyIdOf(publicKey: Uint8Array): Uint8Array {
  const [, bits] = decodeSequence(publicKey);
  const key = bits.content.subarray(1);
  return createHash('sha256').update(key).digest().subarray(0, 20);
}
