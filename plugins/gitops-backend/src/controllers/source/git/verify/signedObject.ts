import { GitError } from '../GitError';
import { ObjectFormat } from '../objects/objectFormat';

/** What was signed, and by what. */
export interface SignedObject {
  /** The bytes that the signature is over. */
  payload: Buffer;
  /** Armored; undefined where the object is not signed. */
  signature?: string;
}

export type SignatureType = 'openpgp' | 'ssh' | 'x509' | 'unknown' | 'empty';

/** A signature is some hundred bytes; keys of 16,384 bits make some thousand. */
const LONGEST_SIGNATURE = 64 * 1_024;

const ARMOR: Readonly<Record<string, SignatureType>> = {
  '-----BEGIN PGP SIGNATURE-----': 'openpgp',
  '-----BEGIN SSH SIGNATURE-----': 'ssh',
  '-----BEGIN SIGNED MESSAGE-----': 'x509',
};

export function signatureTypeOf(signature: string | undefined): SignatureType {
  if (!signature) {
    return 'empty';
  }
  const [first] = signature.trim().split('\n', 1);
  return ARMOR[first.trimEnd()] ?? 'unknown';
}

/**
 * Takes a commit apart: its signature stands in a header, which the signature
 * does not cover, as it does not cover those for other object names.
 *
 * @throws GitError `GIT_CORRUPT` for more than one signature
 */
export function splitCommit(raw: Buffer, format: ObjectFormat): SignedObject {
  const header = format === 'sha256' ? 'gpgsig-sha256 ' : 'gpgsig ';
  const payload: Buffer[] = [];
  const signature: string[] = [];
  let skipping: 'signature' | 'other' | undefined;
  let at = 0;
  while (at < raw.length) {
    const end = raw.indexOf(0x0a, at);
    const next = end < 0 ? raw.length : end + 1;
    const line = raw.subarray(at, next);
    if (line[0] === 0x0a) {
      payload.push(raw.subarray(at));
      break;
    }
    const text = line.toString('latin1');
    if (text.startsWith(' ') && skipping) {
      if (skipping === 'signature') {
        signature.push(text.slice(1));
      }
    } else if (text.startsWith(header)) {
      if (signature.length > 0) {
        throw new GitError('GIT_CORRUPT', 'the commit has two signatures');
      }
      skipping = 'signature';
      signature.push(text.slice(header.length));
    } else if (text.startsWith('gpgsig')) {
      skipping = 'other';
    } else {
      skipping = undefined;
      payload.push(line);
    }
    at = next;
  }
  return signed(Buffer.concat(payload), signature.join(''));
}

/** Takes a tag apart: its signature is the end of its message. */
export function splitTag(raw: Buffer): SignedObject {
  let start = -1;
  for (const marker of Object.keys(ARMOR)) {
    const at = raw.lastIndexOf(`\n${marker}`);
    start = Math.max(start, at < 0 ? -1 : at + 1);
  }
  return start < 0
    ? { payload: raw }
    : signed(raw.subarray(0, start), raw.toString('latin1', start));
}

function signed(payload: Buffer, signature: string): SignedObject {
  if (signature.length > LONGEST_SIGNATURE) {
    throw new GitError('GIT_TOO_LARGE', 'its signature is too long to be one');
  }
  return signature === '' ? { payload } : { payload, signature };
}
