import { createHash } from 'node:crypto';
import { GitError } from '../GitError';
import { sshStrings, SshWire } from '../ssh/sshWire';
import { SignedObject } from './signedObject';
import { SshPublicKey } from './sshPublicKey';

const MAGIC = 'SSHSIG';
const NAMESPACE = 'git';
const HASHES = ['sha256', 'sha512'];
const BEGIN = '-----BEGIN SSH SIGNATURE-----';
const END = '-----END SSH SIGNATURE-----';

/**
 * Verifies a signature of SSH (OpenSSH's PROTOCOL.sshsig) with keys in the form
 * of authorized_keys; the namespace must be Git's.
 *
 * @returns the fingerprint of the key
 * @throws GitError `GIT_SIGNATURE`
 */
export function verifySsh(
  { payload, signature }: Required<SignedObject>,
  authorizedKeys: readonly string[],
): string {
  const wire = new SshWire(unarmor(signature));
  const isSshsig = wire.bytes(MAGIC.length)?.toString('latin1') === MAGIC;
  const version = wire.uint32();
  const publicKey = wire.string();
  const namespace = wire.string();
  const reserved = wire.string();
  const hash = wire.string()?.toString('latin1') ?? '';
  const value = wire.string();
  if (!isSshsig || version !== 1 || !publicKey || !namespace || !reserved) {
    throw refusal('the signature cannot be read');
  }
  if (!value || !HASHES.includes(hash)) {
    throw refusal('the signature is made with an unsupported hash algorithm');
  }
  if (namespace.toString('latin1') !== NAMESPACE) {
    throw refusal('the signature was made for something else than Git');
  }
  const { keys, broken } = readAll(authorizedKeys);
  if (keys.length === 0 && broken !== undefined) {
    throw refusal(`unable to parse authorized key: ${broken}`);
  }
  const signer = keys.find(({ blob }) => blob.equals(publicKey));
  const digest = createHash(hash).update(payload).digest();
  const data = Buffer.concat([
    Buffer.from(MAGIC),
    sshStrings(namespace, reserved, hash, digest),
  ]);
  if (!signer?.verifies(data, value)) {
    throw refusal(
      `unable to verify payload with any of the given authorized keys${signer ? ': the signature is not over this content' : ''}`,
    );
  }
  return signer.fingerprint;
}

/** Of each entry all keys or, where a line is none, not one. */
function readAll(authorizedKeys: readonly string[]): {
  keys: SshPublicKey[];
  broken: string | undefined;
} {
  const keys: SshPublicKey[] = [];
  let broken: string | undefined;
  for (const text of authorizedKeys) {
    const lines = text
      .split('\n')
      .map((line, index) => ({ line: line.trim(), index }))
      .filter(({ line }) => line !== '' && !line.startsWith('#'));
    const found = lines.map(({ line }) => parseAuthorizedKey(line));
    const bad = found.indexOf(undefined);
    if (bad >= 0) {
      broken ??= `line ${lines[bad].index + 1} holds no key of a kind that is supported`;
    } else {
      keys.push(...(found as SshPublicKey[]));
    }
  }
  return { keys, broken };
}

/** `[options] type key [comment]`; options may hold blanks in quotes. */
function parseAuthorizedKey(line: string): SshPublicKey | undefined {
  const fields = line.match(/(?:[^\s"]|"(?:\\.|[^"\\])*")+/g) ?? [];
  for (const at of [0, 1]) {
    const blob = Buffer.from(fields[at + 1] ?? '', 'base64');
    const type = new SshWire(blob).string()?.toString('latin1');
    if (type !== undefined && type === fields[at]) {
      return SshPublicKey.parse(blob);
    }
  }
  return undefined;
}

function unarmor(signature: string): Buffer {
  const text = signature.trim();
  if (!text.startsWith(BEGIN) || !text.endsWith(END)) {
    throw refusal('the signature cannot be read');
  }
  return Buffer.from(text.slice(BEGIN.length, -END.length), 'base64');
}

function refusal(message: string): GitError {
  return new GitError('GIT_SIGNATURE', message);
}
