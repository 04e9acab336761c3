import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { readGitCredential } from './credentials';
import { GitHttp } from './GitHttp';
import { GitTransport } from './GitTransport';
import { readSshCredential } from './ssh/credentials';
import { GitSsh } from './ssh/GitSsh';
import { parseSshAddress } from './ssh/sshAddress';

/**
 * The transport that a repository's address asks for, with the credential of its
 * Secret. Nothing is connected yet.
 *
 * @throws GitCredentialError, SshAddressError
 */
export function openGitTransport(options: {
  url: string;
  secret: KubernetesObject | undefined;
  signal: AbortSignal;
  maxResponseSize: number;
}): GitTransport {
  const { url, secret, signal, maxResponseSize } = options;
  if (isSsh(url)) {
    return new GitSsh({
      address: parseSshAddress(url),
      ...readSshCredential(secret),
      signal,
      maxResponseSize,
    });
  }
  return new GitHttp({
    ...(secret && readGitCredential(secret)),
    signal,
    maxResponseSize,
  });
}

function isSsh(url: string): boolean {
  return /^ssh:/i.test(url);
}
