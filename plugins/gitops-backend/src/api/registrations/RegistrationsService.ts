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
  'credentials' | 'actor'
> {
  /** Set by the authorizing decorator alone: what else exists does not, here. */
  visible?: (resource: GitopsObjectResource) => boolean;
  /** As `visible`, to decide about a manifest that no claim is about. */
  mayApprove?: (resource: GitopsObjectResource) => boolean;
}

/** What an approver says. */
export interface ApprovalRequest {
  serviceAccount?: string;
  reason?: string;
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
  /** Admits a manifest that no claim is about. */
  approve(
    entityRef: string,
    request: ApprovalRequest,
    context: RegistrationsContext,
  ): Promise<RegistrationRow>;
  /** Refuses one until it is edited. */
  reject(
    entityRef: string,
    request: { reason: string },
    context: RegistrationsContext,
  ): Promise<RegistrationRow>;
}
