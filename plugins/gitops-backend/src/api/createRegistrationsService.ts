import { PermissionsService } from '@backstage/backend-plugin-api';
import { ObjectAuthorizer } from './permissions/AuthorizedObjectsService';
import { AuthorizedRegistrationsService } from './permissions/AuthorizedRegistrationsService';
import {
  DefaultRegistrationsService,
  DefaultRegistrationsServiceOptions,
} from './registrations/DefaultRegistrationsService';
import { RegistrationsService } from './registrations/RegistrationsService';

/** The service behind `/registrations`, with permissions. */
export function createRegistrationsService(
  options: DefaultRegistrationsServiceOptions & {
    permissions: PermissionsService;
    /** What `registerGitopsPermissions` gave. */
    authorizer: ObjectAuthorizer;
  },
): RegistrationsService {
  const { permissions, authorizer, ...inner } = options;
  return new AuthorizedRegistrationsService({
    permissions,
    authorizer,
    inner: new DefaultRegistrationsService(inner),
  });
}
