import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { GitCredentialError } from './GitCredentialError';
import { GitHttpOptions } from './GitHttp';

/** The parts of a connection that come from a Secret. */
export type GitCredential = Pick<
  GitHttpOptions,
  'authorization' | 'ca' | 'clientCertificate'
>;

/**
 * Reads the Secret of a GitRepository over http or https (Flux 2.9):
 * `username` and `password`, or `bearerToken`; `ca.crt` (older: `caFile`);
 * `tls.crt` and `tls.key`.
 *
 * @throws GitCredentialError
 */
export function readGitCredential(secret: KubernetesObject): GitCredential {
  const { name, namespace } = secret.metadata;
  const data = (secret.data ?? {}) as Record<string, unknown>;
  const where = `Secret ${namespace}/${name}`;
  const value = (key: string): string | undefined => {
    const encoded = data[key];
    return typeof encoded === 'string' && encoded !== ''
      ? Buffer.from(encoded, 'base64').toString('utf8')
      : undefined;
  };
  const pair = (first: string, second: string) => {
    const values = [value(first), value(second)] as const;
    if ((values[0] === undefined) !== (values[1] === undefined)) {
      throw new GitCredentialError(
        `${where} has only one of the keys '${first}' and '${second}'; it needs both or neither`,
      );
    }
    return values;
  };
  const [username, password] = pair('username', 'password');
  const [certificate, privateKey] = pair('tls.crt', 'tls.key');
  const bearerToken = value('bearerToken');
  if (bearerToken !== undefined && username !== undefined) {
    throw new GitCredentialError(
      `${where} has both 'bearerToken' and 'username'; it may have only one of them`,
    );
  }
  if (value('githubAppID') !== undefined) {
    throw new GitCredentialError(
      `${where} holds a GitHub App ('githubAppID'), which goes with provider 'github'`,
    );
  }
  const credential: GitCredential = {
    ca: value('ca.crt') ?? value('caFile'),
    ...(certificate &&
      privateKey && { clientCertificate: { certificate, privateKey } }),
  };
  if (bearerToken !== undefined) {
    credential.authorization = `Bearer ${bearerToken.trim()}`;
  } else if (username !== undefined) {
    credential.authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }
  return credential;
}
