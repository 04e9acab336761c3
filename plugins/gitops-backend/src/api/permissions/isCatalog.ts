import {
  AuthService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';

/** Who the catalog is, among services. */
export const CATALOG = 'plugin:catalog';

/** Whether it is the catalog's own backend that asks. */
export function isCatalog(
  auth: Pick<AuthService, 'isPrincipal'>,
  credentials: BackstageCredentials,
): boolean {
  return (
    auth.isPrincipal(credentials, 'service') &&
    credentials.principal.subject === CATALOG
  );
}
