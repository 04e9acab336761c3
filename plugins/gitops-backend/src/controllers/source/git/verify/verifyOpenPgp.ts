import { Key, readKeys, readSignature, verify, createMessage } from 'openpgp';
import { GitError } from '../GitError';
import { SignedObject } from './signedObject';

/**
 * Verifies a signature of OpenPGP with armored key rings (RFC 9580). A key that
 * has expired or was revoked verifies nothing, whenever the signature was made.
 *
 * @returns the id of the primary key, in hex
 * @throws GitError `GIT_SIGNATURE`
 */
export async function verifyOpenPgp(
  { payload, signature }: Required<SignedObject>,
  keyRings: readonly string[],
): Promise<string> {
  const armoredSignature = signature.trim();
  const message = await createMessage({ binary: new Uint8Array(payload) });
  const parsed = await readSignature({ armoredSignature }).catch(() => {
    throw new GitError('GIT_SIGNATURE', 'the signature cannot be read');
  });
  const unread: string[] = [];
  let reason: string | undefined;
  for (const armoredKeys of keyRings) {
    let keys: Key[];
    try {
      keys = await readKeys({ armoredKeys });
    } catch {
      unread.push(armoredKeys);
      continue;
    }
    const { signatures } = await verify({
      message,
      signature: parsed,
      verificationKeys: keys,
    });
    for (const { keyID, verified } of signatures) {
      const key = keys.find(each => each.getKeys(keyID).length > 0);
      try {
        await verified;
        await key!.getSigningKey(keyID, new Date());
        return key!.getKeyID().toHex().toUpperCase();
      } catch (error) {
        // Of the key that made it, it says more than that there is none.
        reason = key ? (error as Error).message : reason;
      }
    }
  }
  if (keyRings.length > 0 && unread.length === keyRings.length) {
    throw new GitError('GIT_SIGNATURE', 'none of the key rings can be read');
  }
  throw new GitError(
    'GIT_SIGNATURE',
    `unable to verify payload with any of the given key rings${reason ? `: ${reason}` : ''}`,
  );
}
