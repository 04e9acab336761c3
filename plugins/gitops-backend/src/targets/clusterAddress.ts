import { TargetError } from './TargetError';

/**
 * The address of an API server as Flux 2.9 reads it out of a ConfigMap: https,
 * also where that is left out, without a path, with a port.
 *
 * @throws TargetError
 */
export function clusterAddress(address: string): string {
  const text = address.trim();
  let url: URL;
  try {
    url = new URL(text.startsWith('http') ? text : `https://${text}`);
  } catch {
    throw new TargetError(
      'the address of the cluster is no URL; it must look like https://host:port',
    );
  }
  if (url.protocol !== 'https:' || url.username || url.password) {
    throw new TargetError(
      'the address of the cluster must be an https URL without credentials',
    );
  }
  return `https://${url.hostname}:${url.port || '443'}`;
}
