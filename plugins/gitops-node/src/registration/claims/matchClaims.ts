import { HomeNaming } from '../entity/entityName';
import { Claim, LocationMatch } from './Claim';
import { FileLocation } from './fileLocation';

/**
 * Whether a file is one of those that a claim is about.
 *
 * @public
 */
export function matchesLocation(
  match: LocationMatch,
  file: FileLocation,
): boolean {
  return (
    match.host === file.host &&
    (match.repository === undefined || match.repository === file.repository) &&
    (match.ref === undefined || match.ref === file.ref) &&
    (!match.pathPrefix ||
      file.path === match.pathPrefix ||
      (file.path?.startsWith(`${match.pathPrefix}/`) ?? false))
  );
}

/**
 * The claims about a file, in the order of the configuration.
 *
 * @public
 */
export function claimsFor(
  claims: readonly Claim[],
  file: FileLocation,
): Claim[] {
  return claims.filter(claim => matchesLocation(claim.location, file));
}

/**
 * The home that a manifest goes to: that of the first claim about its file that
 * has its namespace, else of any claim about its file, else the bare home, else
 * the first one. Says nothing about whether the manifest is admitted.
 *
 * @public
 */
export function homeFor(options: {
  homes: readonly HomeNaming[];
  /** The claims about the file. */
  claims: readonly Claim[];
  namespace: string;
}): HomeNaming | undefined {
  const { homes, claims, namespace } = options;
  const claim =
    claims.find(({ namespaces }) => namespaces.includes(namespace)) ??
    claims[0];
  return (
    homes.find(({ name }) => name === claim?.home) ??
    homes.find(({ bare }) => bare) ??
    homes[0]
  );
}
