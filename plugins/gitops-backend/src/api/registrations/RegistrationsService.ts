import {
  RegistrationList,
  RegistrationRow,
  RegistrationsQuery,
} from '@backstage-gitops/plugin-gitops-common';
import { RequestContext } from '../objects/ObjectsService';
import { GitopsObjectResource } from '../objects/ObjectSummary';

/** As {@link RequestContext}, about registrations. */
export interface RegistrationsContext extends Pick<
  RequestContext,
  'credentials'
> {
  /** Set by the authorizing decorator alone: what else exists does not, here. */
  visible?: (resource: GitopsObjectResource) => boolean;
}

/**
 * What the API tells of registered manifests. `DefaultRegistrationsService`
 * knows no permissions; `AuthorizedRegistrationsService` nothing else.
 */
export interface RegistrationsService {
  list(
    query: RegistrationsQuery,
    context: RegistrationsContext,
  ): Promise<RegistrationList>;
  /** @param entityRef - in full */
  get(
    entityRef: string,
    context: RegistrationsContext,
  ): Promise<RegistrationRow>;
}
