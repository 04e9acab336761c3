import { ParsedKey } from 'ssh2';
import { GitCredentialError } from '../access/GitCredentialError';
import { SecretData } from '../access/SecretData';
import { KnownHosts } from './KnownHosts';
import { readPrivateKey } from './privateKey';

/** Who we are to a server, and which servers we believe. */
export interface SshCredential {
  key: ParsedKey;
  knownHosts: KnownHosts;
}

/**
 * Reads the Secret of a GitRepository over ssh (Flux 2.9): `identity`, a private
 * key; `password`, its passphrase; `known_hosts`, without which no server is
 * believed. `identity.pub` is not needed.
 *
 * @throws GitCredentialError
 */
export function readSshCredential(
  secret: SecretData | undefined,
): SshCredential {
  if (!secret) {
    throw new GitCredentialError(
      "an address with ssh:// needs a Secret with the keys 'identity' and 'known_hosts'; name it in spec.secretRef",
    );
  }
  const identity = secret.required('identity', 'ssh');
  const knownHosts = secret.required('known_hosts', 'ssh');
  return {
    key: readPrivateKey(identity, {
      where: `'identity' of ${secret.where}`,
      passphrase: secret.value('password'),
    }),
    knownHosts: KnownHosts.parse(
      knownHosts,
      `'known_hosts' of ${secret.where}`,
    ),
  };
}
