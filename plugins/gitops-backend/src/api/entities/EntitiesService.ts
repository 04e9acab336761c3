import {
  PublishedEntitiesQuery,
  PublishedEntityList,
} from '@backstage-gitops/plugin-gitops-common';
import { RequestContext } from '../objects/ObjectsService';

/**
 * What the catalog is to hold of objects that are not registered.
 * `DefaultEntitiesService` knows no permissions; `AuthorizedEntitiesService`
 * nothing else.
 */
export interface EntitiesService {
  list(
    query: PublishedEntitiesQuery,
    context: Pick<RequestContext, 'credentials'>,
  ): Promise<PublishedEntityList>;
}
