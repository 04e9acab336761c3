import {
  CatalogErrorList,
  CatalogErrorReceipt,
  CatalogErrorReport,
  CatalogErrorsQuery,
} from '@backstage-gitops/plugin-gitops-common';
import { RequestContext } from '../objects/ObjectsService';

/**
 * What the catalog could not take of registered files.
 * `DefaultCatalogErrorsService` knows no permissions;
 * `AuthorizedCatalogErrorsService` nothing else.
 */
export interface CatalogErrorsService {
  list(
    query: CatalogErrorsQuery,
    context: Pick<RequestContext, 'credentials'>,
  ): Promise<CatalogErrorList>;
  /** Takes over what the catalog says. */
  report(
    report: CatalogErrorReport,
    context: Pick<RequestContext, 'credentials'>,
  ): Promise<CatalogErrorReceipt>;
}
