import { NetworkError } from '@backstage-gitops/plugin-gitops-node';

/**
 * Registries that are asked by plain http where they do not speak https, although
 * nobody said so: those of this machine and of private IPv4 networks
 * (go-containerregistry).
 */
export function mayBeHttp(registry: string): boolean {
  const host = registry.replace(/:[0-9]+$/, '');
  return (
    /^(localhost|127(\.[0-9]+){3}|\[::1\]|.*\.local|.*\.localhost)$/.test(
      host,
    ) ||
    /^(10(\.[0-9]+){3}|192\.168(\.[0-9]+){2}|172\.(1[6-9]|2[0-9]|3[01])(\.[0-9]+){2})$/.test(
      host,
    )
  );
}

/** Whether https failed in a way that plain http may help. */
export function mayTryHttp(error: NetworkError, insecure: boolean): boolean {
  switch (error.code) {
    case 'GITOPS_NETWORK_UNREACHABLE':
    case 'GITOPS_NETWORK_BROKEN':
      return true;
    case 'GITOPS_NETWORK_TLS':
      // A certificate that is not trusted shows that https is spoken.
      return insecure || /\((ERR_SSL_|EPROTO)/.test(error.message);
    default:
      return false;
  }
}
