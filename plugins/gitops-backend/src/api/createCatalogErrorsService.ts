import { AuthService, PermissionsService } from '@backstage/backend-plugin-api';
import { CatalogErrorStore } from '../catalog/CatalogErrorStore';
import { RegistrationStore } from '../catalog/RegistrationStore';
import { CatalogErrorsService } from './catalog-errors/CatalogErrorsService';
import { DefaultCatalogErrorsService } from './catalog-errors/DefaultCatalogErrorsService';
import { AuthorizedCatalogErrorsService } from './permissions/AuthorizedCatalogErrorsService';

/** The service behind `/catalog-errors`, with permissions. */
export function createCatalogErrorsService(options: {
  errors: Pick<CatalogErrorStore, 'list' | 'report'>;
  registrations: Pick<RegistrationStore, 'wake'>;
  permissions: PermissionsService;
  auth: Pick<AuthService, 'isPrincipal'>;
  /** Called when the catalog's module tells something. */
  onCatalog?: () => void;
}): CatalogErrorsService {
  const { permissions, auth, onCatalog, ...inner } = options;
  return new AuthorizedCatalogErrorsService({
    permissions,
    auth,
    onCatalog,
    inner: new DefaultCatalogErrorsService(inner),
  });
}
