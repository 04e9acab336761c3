import { createHash, createPrivateKey, sign } from 'node:crypto';
import { ParsedKey } from 'ssh2';
import { sshStrings } from '../../../source/git/ssh/sshWire';

const MAGIC = Buffer.from('SSHSIG');
const VERSION = Buffer.from([0, 0, 0, 1]);
const NAMESPACE = 'git';
const HASH = 'sha512';
const LINE = 70;

/** What an ECDSA key hashes with, by the name of its curve. */
const CURVE_HASHES: Readonly<Record<string, string>> = {
  'ecdsa-sha2-nistp256': 'sha256',
  'ecdsa-sha2-nistp384': 'sha384',
  'ecdsa-sha2-nistp521': 'sha512',
};

/** Signs for Git with a key of SSH (OpenSSH's PROTOCOL.sshsig), armored. */
export function signSsh(text: Buffer, key: ParsedKey): string {
  const digest = createHash(HASH).update(text).digest();
  const signed = Buffer.concat([
    MAGIC,
    sshStrings(NAMESPACE, '', HASH, digest),
  ]);
  const blob = Buffer.concat([
    MAGIC,
    VERSION,
    sshStrings(
      key.getPublicSSH(),
      NAMESPACE,
      '',
      HASH,
      signatureOf(signed, key),
    ),
  ]);
  const lines = blob.toString('base64').match(new RegExp(`.{1,${LINE}}`, 'g'))!;
  return [
    '-----BEGIN SSH SIGNATURE-----',
    ...lines,
    '-----END SSH SIGNATURE-----',
  ].join('\n');
}

/** The name of the algorithm, and the signature in its own form. */
function signatureOf(data: Buffer, key: ParsedKey): Buffer {
  const hash = CURVE_HASHES[key.type];
  const privateKey = createPrivateKey(key.getPrivatePEM());
  if (hash) {
    const both = sign(hash, data, {
      key: privateKey,
      dsaEncoding: 'ieee-p1363',
    });
    const half = both.length / 2;
    const numbers = [both.subarray(0, half), both.subarray(half)].map(mpint);
    return sshStrings(key.type, sshStrings(...numbers));
  }
  return key.type === 'ssh-rsa'
    ? sshStrings('rsa-sha2-512', sign('sha512', data, privateKey))
    : sshStrings(key.type, sign(null, data, privateKey));
}

/** A positive number, without zeros in front but one where it would look negative. */
function mpint(bytes: Buffer): Buffer {
  const first = bytes.findIndex(byte => byte !== 0);
  const bare = bytes.subarray(first < 0 ? bytes.length : first);
  return bare[0] >= 0x80 ? Buffer.concat([Buffer.alloc(1), bare]) : bare;
}
