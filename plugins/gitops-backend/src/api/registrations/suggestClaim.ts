import { parseLocationRef } from '@backstage/catalog-model';
import { fileLocationOf } from '@backstage-gitops/plugin-gitops-node';
import { SuggestedClaim } from '@backstage-gitops/plugin-gitops-common';
import { Registration } from '../../catalog/Registration';
import { Homes } from '../../homes/Homes';

/**
 * The narrowest claim that would admit a manifest: this file, of this ref, into
 * this namespace. Where the address does not tell the repository, there is no
 * narrower one than its whole host.
 */
export function suggestClaim(
  registration: Registration,
  options: { homes: Homes; rawHosts: readonly string[] },
): SuggestedClaim | undefined {
  const { location, namespace } = registration;
  const home =
    options.homes.find(registration.home ?? '') ?? options.homes.list()[0];
  if (!home) {
    return undefined;
  }
  let file;
  try {
    file = fileLocationOf(parseLocationRef(location), options);
  } catch {
    // Such a location is refused, whatever the claims are.
    return undefined;
  }
  const { host, repository, ref, path } = file;
  return {
    location: {
      host,
      ...(repository !== undefined && { repository }),
      ...(ref !== undefined && { ref }),
      ...(path !== undefined && { pathPrefix: path }),
    },
    home: home.name,
    namespaces: [namespace],
    needsServiceAccount: home.deliveryIdentity({ namespace }) === undefined,
  };
}
