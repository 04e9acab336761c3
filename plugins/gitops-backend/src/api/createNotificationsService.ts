import { PermissionsService } from '@backstage/backend-plugin-api';
import {
  DefaultNotificationsService,
  DefaultNotificationsServiceOptions,
} from './notifications/DefaultNotificationsService';
import { NotificationsService } from './notifications/NotificationsService';
import { AuthorizedNotificationsService } from './permissions/AuthorizedNotificationsService';
import { ObjectAuthorizer } from './permissions/AuthorizedObjectsService';

/** The service behind the API of notifications, with permissions. */
export function createNotificationsService(
  options: DefaultNotificationsServiceOptions & {
    permissions: PermissionsService;
    authorizer: ObjectAuthorizer;
  },
): NotificationsService {
  return new AuthorizedNotificationsService({
    ...options,
    inner: new DefaultNotificationsService(options),
  });
}
