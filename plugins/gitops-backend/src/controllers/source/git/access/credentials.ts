import { ConnectionSettings } from '@backstage-gitops/plugin-gitops-node';
import { GitCredentialError } from './GitCredentialError';
import { SecretData } from './SecretData';

/** The parts of a connection over http that come from a Secret. */
export interface GitCredential {
  /** Value of the Authorization header. */
  authorization?: string;
  tls?: ConnectionSettings['tls'];
}

/**
 * Reads the Secret of a GitRepository over http or https (Flux 2.9):
 * `username` and `password`, or `bearerToken`; `ca.crt` (older: `caFile`);
 * `tls.crt` and `tls.key`.
 *
 * @throws GitCredentialError
 */
export function readGitCredential(secret: SecretData): GitCredential {
  const user = secret.pair('username', 'password');
  const bearerToken = secret.value('bearerToken');
  if (bearerToken !== undefined && user) {
    throw new GitCredentialError(
      `${secret.where} has both 'bearerToken' and 'username'; it may have only one of them`,
    );
  }
  const tls = readTls(secret);
  return {
    ...(user && { authorization: basic(...user) }),
    ...(bearerToken !== undefined && {
      authorization: `Bearer ${bearerToken.trim()}`,
    }),
    ...(tls && { tls }),
  };
}

/** @throws GitCredentialError */
export function readTls(secret: SecretData): ConnectionSettings['tls'] {
  const ca = secret.value('ca.crt') ?? secret.value('caFile');
  const [certificate, privateKey] = secret.pair('tls.crt', 'tls.key') ?? [];
  return ca === undefined && certificate === undefined
    ? undefined
    : {
        ...(ca !== undefined && { ca }),
        ...(certificate !== undefined && { certificate, privateKey }),
      };
}

/** The header of a user and a password. */
export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
