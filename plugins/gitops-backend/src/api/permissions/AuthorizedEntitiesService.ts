import { AuthService } from '@backstage/backend-plugin-api';
import {
  PublishedEntitiesQuery,
  PublishedEntityList,
} from '@backstage-gitops/plugin-gitops-common';
import { EntitiesService } from '../entities/EntitiesService';
import { MissingPermissionError } from '../errors';
import { RequestContext } from '../objects/ObjectsService';
import { CATALOG, isCatalog } from './isCatalog';

/**
 * Adds permissions to an {@link EntitiesService}: the catalog alone is answered,
 * which lets people see what its own policy allows them to.
 */
export class AuthorizedEntitiesService implements EntitiesService {
  private readonly inner: EntitiesService;
  private readonly auth: Pick<AuthService, 'isPrincipal'>;
  private readonly onCatalog: () => void;

  constructor(options: {
    inner: EntitiesService;
    auth: Pick<AuthService, 'isPrincipal'>;
    /** Called when the catalog's module is heard. */
    onCatalog?: () => void;
  }) {
    this.inner = options.inner;
    this.auth = options.auth;
    this.onCatalog = options.onCatalog ?? (() => {});
  }

  async list(
    query: PublishedEntitiesQuery,
    context: Pick<RequestContext, 'credentials'>,
  ): Promise<PublishedEntityList> {
    if (!isCatalog(this.auth, context.credentials)) {
      throw new MissingPermissionError(
        CATALOG,
        'list what the catalog is to hold; ask for objects, or ask the catalog',
      );
    }
    this.onCatalog();
    return this.inner.list(query, context);
  }
}
