import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { ParsedKey } from 'ssh2';
import { GitCredentialError } from '../GitCredentialError';
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
  secret: KubernetesObject | undefined,
): SshCredential {
  if (!secret) {
    throw new GitCredentialError(
      "an address with ssh:// needs a Secret with the keys 'identity' and 'known_hosts'; name it in spec.secretRef",
    );
  }
  const { name, namespace } = secret.metadata;
  const data = (secret.data ?? {}) as Record<string, unknown>;
  const where = `Secret ${namespace}/${name}`;
  const value = (key: string): string | undefined => {
    const encoded = data[key];
    return typeof encoded === 'string' && encoded !== ''
      ? Buffer.from(encoded, 'base64').toString('utf8')
      : undefined;
  };
  const required = (key: string): string => {
    const found = value(key);
    if (found === undefined) {
      throw new GitCredentialError(
        `${where} has no key '${key}', which ssh needs`,
      );
    }
    return found;
  };
  const identity = required('identity');
  const knownHosts = required('known_hosts');
  return {
    key: readPrivateKey(identity, {
      where: `'identity' of ${where}`,
      passphrase: value('password'),
    }),
    knownHosts: KnownHosts.parse(knownHosts, `'known_hosts' of ${where}`),
  };
}
