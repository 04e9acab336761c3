import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  ConnectionGuard,
  ConnectionSettings,
  HttpConnections,
} from '@backstage-gitops/plugin-gitops-node';
import { readGitCredential } from './credentials';
import { GitHttp } from '../GitHttp';
import { GitService, GitTransport } from '../GitTransport';
import { SecretData } from './SecretData';
import { readSshCredential } from '../ssh/credentials';
import { GitSsh } from '../ssh/GitSsh';
import { parseSshAddress } from '../ssh/sshAddress';

/** What a transport is opened with. */
export interface GitTransportOptions {
  url: string;
  secret: KubernetesObject | undefined;
  /** Value of the Authorization header, instead of what the Secret holds. */
  authorization?: string;
  /** For http and https. */
  proxy?: ConnectionSettings['proxy'];
  /** Default `git-upload-pack`. */
  service?: GitService;
  connections: HttpConnections;
  guard: ConnectionGuard;
  signal: AbortSignal;
}

/**
 * The transport that a repository's address asks for, with the credential of its
 * Secret. Nothing is connected yet.
 *
 * @throws GitCredentialError, SshAddressError, NetworkError
 */
export function openGitTransport(options: GitTransportOptions): GitTransport {
  const { url, proxy, service, connections, guard, signal } = options;
  const secret = options.secret && new SecretData(options.secret);
  if (isSsh(url)) {
    return new GitSsh({
      address: parseSshAddress(url),
      ...readSshCredential(secret),
      ...{ service, guard, signal },
    });
  }
  const { tls, authorization } = secret ? readGitCredential(secret) : {};
  return new GitHttp({
    ...{ url, service, signal },
    client: connections.open({ ...(tls && { tls }), ...(proxy && { proxy }) }),
    authorization: options.authorization ?? authorization,
  });
}

/** Whether an address is one of ssh. */
export function isSsh(url: string): boolean {
  return /^ssh:/i.test(url);
}
