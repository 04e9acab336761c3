import { createPrivateKey, KeyObject } from 'node:crypto';
import { ParsedKey, utils } from 'ssh2';
import { GitCredentialError } from '../access/GitCredentialError';
import { rsaBits, sshStrings, SshWire } from './sshWire';

/** Smaller keys of RSA are refused, ours and the servers'. */
export const LEAST_RSA_BITS = 2_048;
const MOST_RSA_BITS = 16_384;
const LONGEST = 64 * 1_024;

/**
 * Each round of bcrypt holds up the process for a while; ssh-keygen uses 16 or
 * 24, and a key with a thousand would be an attack on everybody else.
 */
const MOST_ROUNDS = 128;

/** Begins the body of keys in the format of OpenSSH. */
const OPENSSH_MAGIC = 'openssh-key-v1\0';

const TYPES = new Set([
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
]);

/**
 * Reads a private key of ssh: ed25519, ecdsa or rsa, in the format of OpenSSH or
 * as PEM (PKCS#1, SEC1, PKCS#8), with a passphrase in the formats of OpenSSH and
 * of PKCS#1 and SEC1. `where` names the text in messages.
 *
 * RSA keys sign with SHA-2 only.
 *
 * @throws GitCredentialError
 */
export function readPrivateKey(
  text: string,
  options: { where: string; passphrase?: string },
): ParsedKey {
  const { where, passphrase } = options;
  const fail = (what: string) => new GitCredentialError(`${where} ${what}`);
  if (text.length > LONGEST) {
    throw fail(`is longer than ${LONGEST} bytes`);
  }
  const pem = text.trim().replace(/\r\n?/g, '\n');
  if (!/^-----BEGIN [A-Z ]*PRIVATE KEY-----\n/.test(pem)) {
    throw fail('is no private key in the format of OpenSSH or PEM');
  }
  if (pem.startsWith('-----BEGIN ENCRYPTED PRIVATE KEY-----')) {
    throw fail(
      'is encrypted as PKCS#8, which is not read; write it anew with ssh-keygen -p',
    );
  }
  const { encrypted, rounds } = encryptionOf(pem);
  if (encrypted && !passphrase) {
    throw fail("is encrypted; add its passphrase under the key 'password'");
  }
  if (rounds > MOST_ROUNDS) {
    throw fail(
      `is encrypted with ${rounds} rounds, of which at most ${MOST_ROUNDS} are allowed; write it anew with ssh-keygen -p -a ${MOST_ROUNDS}`,
    );
  }
  const key = parse(pem, encrypted ? passphrase : undefined);
  if (!key) {
    throw fail(
      encrypted
        ? "cannot be decrypted with the passphrase under the key 'password'"
        : 'is damaged, or of a kind that is not supported',
    );
  }
  if (!TYPES.has(key.type)) {
    throw fail('is of a kind that is not supported; use ed25519, ecdsa or rsa');
  }
  const bits = rsaBits(key.getPublicSSH());
  if (bits !== undefined && (bits < LEAST_RSA_BITS || bits > MOST_RSA_BITS)) {
    throw fail(
      `is an RSA key of ${bits} bits; use one of at least ${LEAST_RSA_BITS}, or ed25519`,
    );
  }
  return bits === undefined ? key : signingWithSha2(key);
}

/** A server that names no algorithms would otherwise be given SHA-1. */
function signingWithSha2(key: ParsedKey): ParsedKey {
  const sign = key.sign.bind(key);
  key.sign = (data, hash) =>
    hash === 'sha256' || hash === 'sha512'
      ? sign(data, hash)
      : // The library takes a returned error for a refusal to sign.
        (new Error('no signature with SHA-1') as unknown as Buffer);
  return key;
}

function parse(
  pem: string,
  passphrase: string | undefined,
): ParsedKey | undefined {
  try {
    const parsed = utils.parseKey(
      pem.startsWith('-----BEGIN PRIVATE KEY-----') ? fromPkcs8(pem) : pem,
      passphrase,
    );
    // The library gives a list for some formats, whatever its types say.
    const key: unknown = [parsed].flat()[0];
    return isKey(key) && key.isPrivateKey() ? key : undefined;
  } catch {
    // What it throws may quote the key.
    return undefined;
  }
}

function isKey(value: unknown): value is ParsedKey {
  return typeof value === 'object' && value !== null && 'getPublicSSH' in value;
}

function encryptionOf(pem: string): { encrypted: boolean; rounds: number } {
  if (!pem.startsWith('-----BEGIN OPENSSH PRIVATE KEY-----')) {
    return { encrypted: /^Proc-Type: *4,ENCRYPTED/m.test(pem), rounds: 0 };
  }
  const body = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
  const wire = new SshWire(body.subarray(OPENSSH_MAGIC.length));
  const cipher = wire.string()?.toString('latin1');
  wire.string();
  const kdf = new SshWire(wire.string() ?? Buffer.alloc(0));
  kdf.string();
  return { encrypted: cipher !== 'none', rounds: kdf.uint32() ?? 0 };
}

/** ssh2 reads no PKCS#8. */
function fromPkcs8(pem: string): string {
  const key = createPrivateKey(pem);
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return key.export({ type: 'pkcs1', format: 'pem' }).toString();
    case 'ec':
      return key.export({ type: 'sec1', format: 'pem' }).toString();
    default:
      return openSshOf(key);
  }
}

/** An ed25519 key in the format of OpenSSH (its PROTOCOL.key). */
function openSshOf(key: KeyObject): string {
  const { crv, d = '', x = '' } = key.export({ format: 'jwk' });
  if (crv !== 'Ed25519') {
    return '';
  }
  const seed = Buffer.from(d, 'base64url');
  const point = Buffer.from(x, 'base64url');
  const check = Buffer.alloc(8);
  const secret = Buffer.concat([
    check,
    sshStrings('ssh-ed25519', point, Buffer.concat([seed, point]), ''),
  ]);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]);
  const one = Buffer.from([0, 0, 0, 1]);
  const body = Buffer.concat([
    Buffer.from(OPENSSH_MAGIC),
    sshStrings('none', 'none', ''),
    one,
    sshStrings(
      sshStrings('ssh-ed25519', point),
      Buffer.concat([
        secret,
        padding.subarray(0, (8 - (secret.length % 8)) % 8),
      ]),
    ),
  ]);
  const lines = body.toString('base64').match(/.{1,70}/g)!;
  return [
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    ...lines,
    '-----END OPENSSH PRIVATE KEY-----',
    '',
  ].join('\n');
}
