import { NetworkError } from '@backstage-gitops/plugin-gitops-node';

/**
 * Registries of this machine: they are asked by plain http where they do not speak
 * https, although nobody said so, for nothing leaves the machine.
 */
export function isOfThisMachine(registry: string): boolean {
  const host = registry.replace(/:[0-9]+$/, '');
  return /^(localhost|127(\.[0-9]+){3}|\[::1\]|.*\.localhost)$/.test(host);
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
