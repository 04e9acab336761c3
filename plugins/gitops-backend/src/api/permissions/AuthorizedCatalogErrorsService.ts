import { AuthService, PermissionsService } from '@backstage/backend-plugin-api';
import { catalogLocationReadPermission } from '@backstage/plugin-catalog-common/alpha';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  CatalogErrorList,
  CatalogErrorReceipt,
  CatalogErrorReport,
  CatalogErrorsQuery,
} from '@backstage-gitops/plugin-gitops-common';
import { CatalogErrorsService } from '../catalog-errors/CatalogErrorsService';
import { MissingPermissionError } from '../errors';
import { RequestContext } from '../objects/ObjectsService';
import { CATALOG, isCatalog } from './isCatalog';

/**
 * Adds permissions to a {@link CatalogErrorsService}: whoever may read the
 * locations of the catalog may read what is wrong with them; the catalog alone
 * tells so.
 */
export class AuthorizedCatalogErrorsService implements CatalogErrorsService {
  private readonly inner: CatalogErrorsService;
  private readonly permissions: PermissionsService;
  private readonly auth: Pick<AuthService, 'isPrincipal'>;
  private readonly onCatalog: () => void;

  constructor(options: {
    inner: CatalogErrorsService;
    permissions: PermissionsService;
    auth: Pick<AuthService, 'isPrincipal'>;
    /** Called when the catalog's module is heard. */
    onCatalog?: () => void;
  }) {
    this.inner = options.inner;
    this.permissions = options.permissions;
    this.auth = options.auth;
    this.onCatalog = options.onCatalog ?? (() => {});
  }

  async list(
    query: CatalogErrorsQuery,
    context: Pick<RequestContext, 'credentials'>,
  ): Promise<CatalogErrorList> {
    const [decision] = await this.permissions.authorize(
      [{ permission: catalogLocationReadPermission }],
      context,
    );
    if (decision.result !== AuthorizeResult.ALLOW) {
      throw new MissingPermissionError(
        catalogLocationReadPermission.name,
        'see what is wrong with the locations of the catalog',
      );
    }
    return this.inner.list(query, context);
  }

  async report(
    report: CatalogErrorReport,
    context: Pick<RequestContext, 'credentials'>,
  ): Promise<CatalogErrorReceipt> {
    if (!isCatalog(this.auth, context.credentials)) {
      throw new MissingPermissionError(
        CATALOG,
        'tell what the catalog could not take; its own backend does',
      );
    }
    this.onCatalog();
    return this.inner.report(report, context);
  }
}
