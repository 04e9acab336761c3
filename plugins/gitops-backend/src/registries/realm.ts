import { isIP } from 'node:net';
import { getDomain } from 'tldts';
import { canonicalRegistry } from './reference';
import { RegistryError } from './RegistryError';

/**
 * Token services that are not of their registry's own domain, by the registries
 * that name them: Docker Hub and its hardened images, LinuxServer, Red Hat,
 * Scaleway.
 */
const KNOWN: ReadonlyMap<string, RegExp> = new Map([
  ['auth.docker.io', /^(index\.docker\.io|dhi\.io)$/],
  ['ghcr.io', /^lscr\.io$/],
  ['sso.redhat.com', /^registry\.redhat\.io$/],
  ['api.scaleway.com', /^rg\.[a-z0-9-]+\.scw\.cloud$/],
]);

/**
 * The address of the token service that a registry names.
 *
 * @param base - where the registry was asked
 * @throws RegistryError REGISTRY_REALM
 */
export function readRealm(realm: string | undefined, base: URL): URL {
  let url: URL | undefined;
  try {
    url = realm ? new URL(realm) : undefined;
  } catch {
    url = undefined;
  }
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new RegistryError(
      'REGISTRY_REALM',
      `${base.host} asks for a token and names no address of a token service`,
    );
  }
  if (base.protocol === 'https:' && url.protocol === 'http:') {
    throw new RegistryError(
      'REGISTRY_REALM',
      `${base.host} asks for a token of ${url.host} over plain http, which is not done for a registry that speaks https`,
    );
  }
  return url;
}

/** Whether a token service may be told the credentials that are for a registry. */
export function isRealmOf(realm: URL, registry: string): boolean {
  const host = hostOf(registry);
  return (
    realm.hostname === host ||
    (KNOWN.get(realm.hostname)?.test(canonicalRegistry(host)) ?? false) ||
    sameDomain(realm.hostname, host)
  );
}

/** Domains that anybody may have a part of, such as `github.io`, join nobody. */
function sameDomain(a: string, b: string): boolean {
  if (isIP(unbracketed(a)) || isIP(unbracketed(b))) {
    return false;
  }
  const domain = getDomain(a, { allowPrivateDomains: true });
  return (
    domain !== null && domain === getDomain(b, { allowPrivateDomains: true })
  );
}

function hostOf(registry: string): string {
  try {
    return new URL(`https://${registry}`).hostname;
  } catch {
    return registry;
  }
}

function unbracketed(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
