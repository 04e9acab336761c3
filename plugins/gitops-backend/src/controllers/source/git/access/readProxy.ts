import { ConnectionSettings } from '@backstage-gitops/plugin-gitops-node';
import { GitCredentialError } from './GitCredentialError';
import { SecretData } from './SecretData';

/** Longest address of a proxy (Flux 2.9). */
const LONGEST = 2_048;
const SCHEMES = ['http:', 'https:', 'socks5:'];

/**
 * Reads the Secret that `spec.proxySecretRef` names (Flux 2.9): `address`, and
 * perhaps `username` and `password`.
 *
 * @throws GitCredentialError
 */
export function readProxy(
  secret: SecretData,
): NonNullable<ConnectionSettings['proxy']> {
  const address = secret.required('address', 'a proxy').trim();
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (address.length > LONGEST || !url || !SCHEMES.includes(url.protocol)) {
    throw new GitCredentialError(
      `'address' of ${secret.where} is no address of a proxy; it must look like http://host:port, https://host:port or socks5://host:port`,
    );
  }
  const username = secret.value('username');
  const password = secret.value('password');
  return {
    address,
    ...(username !== undefined && { username, password: password ?? '' }),
  };
}
