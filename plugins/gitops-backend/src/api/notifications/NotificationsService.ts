import {
  NotificationList,
  NotificationsQuery,
  ObjectKey,
  ObjectPlace,
} from '@backstage-gitops/plugin-gitops-common';
import { RequestContext } from '../objects/ObjectsService';

/**
 * What the API shows of notifications, of an Alert or of a Provider.
 * `DefaultNotificationsService` knows no permissions;
 * `AuthorizedNotificationsService` around it knows nothing else.
 */
export interface NotificationsService {
  list(
    key: ObjectKey,
    query: NotificationsQuery,
    context: RequestContext,
  ): Promise<NotificationList>;
  /** Dead ones are sent again. */
  resend(
    key: ObjectKey,
    body: { ids?: readonly string[] },
    context: RequestContext,
  ): Promise<{ resent: number }>;
  /** Sends something at once. */
  test(
    key: ObjectKey,
    context: RequestContext,
  ): Promise<{ provider: ObjectPlace }>;
}
