import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { CommitSpec } from '@backstage-gitops/plugin-gitops-common';
import {
  createMessage,
  decryptKey,
  PrivateKey,
  readPrivateKeys,
  sign,
} from 'openpgp';
import { GitCredentialError } from '../../../source/git/access/GitCredentialError';
import { SecretData } from '../../../source/git/access/SecretData';
import { SignCommit } from '../../../source/git/push/writeCommit';
import { readPrivateKey } from '../../../source/git/ssh/privateKey';
import { signSsh } from './signSsh';

/** What begins each armored key. */
const BLOCK = '-----BEGIN PGP PRIVATE KEY BLOCK-----';
/** Armored keys are some kilobytes; with many identities, some more. */
const LONGEST_KEY = 1024 * 1024;

/**
 * The key that commits are signed with (Flux 2.9): OpenPGP under `git.asc` with
 * `passphrase`, or SSH under `identity` with `password`.
 *
 * @throws GitCredentialError
 */
export async function readSigningKey(
  secret: KubernetesObject,
  type: NonNullable<CommitSpec['signingKey']>['type'] = 'gpg',
): Promise<SignCommit> {
  const data = new SecretData(secret);
  if (type === 'ssh') {
    const key = readPrivateKey(
      data.required('identity', 'signing of commits'),
      {
        where: `${data.where}, key 'identity',`,
        passphrase: data.value('password'),
      },
    );
    return async text => signSsh(text, key);
  }
  const key = await readOpenPgp(data);
  return async text =>
    sign({
      message: await createMessage({ binary: new Uint8Array(text) }),
      signingKeys: key,
      detached: true,
      format: 'armored',
    });
}

async function readOpenPgp(data: SecretData): Promise<PrivateKey> {
  const armoredKeys = data.required('git.asc', 'signing of commits');
  const where = `${data.where}, key 'git.asc',`;
  const fail = (what: string) => new GitCredentialError(`${where} ${what}`);
  if (armoredKeys.length > LONGEST_KEY) {
    throw fail(`is longer than ${LONGEST_KEY} bytes`);
  }
  const keys = await readPrivateKeys({ armoredKeys }).catch(() => {
    // What it throws may quote the key.
    throw fail('is no armored private key of OpenPGP');
  });
  const blocks = armoredKeys.split(BLOCK).length - 1;
  if (keys.length !== 1 || blocks > 1) {
    throw fail(
      'holds several private keys, so that nobody knows which to sign with; leave one',
    );
  }
  const key = await unlock(keys[0], data, fail);
  await key.getSigningKey().catch(error => {
    throw fail(`cannot sign: ${(error as Error).message}`);
  });
  return key;
}

async function unlock(
  key: PrivateKey,
  data: SecretData,
  fail: (what: string) => GitCredentialError,
): Promise<PrivateKey> {
  if (key.isDecrypted()) {
    return key;
  }
  const passphrase = data.value('passphrase');
  if (passphrase === undefined) {
    throw fail("is encrypted; add its passphrase under the key 'passphrase'");
  }
  try {
    return await decryptKey({ privateKey: key, passphrase });
  } catch {
    throw fail(
      "cannot be decrypted with the passphrase under the key 'passphrase'",
    );
  }
}
