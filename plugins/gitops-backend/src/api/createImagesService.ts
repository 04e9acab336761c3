import { PermissionsService } from '@backstage/backend-plugin-api';
import {
  DefaultImagesService,
  DefaultImagesServiceOptions,
} from './images/DefaultImagesService';
import { ImagesService } from './images/ImagesService';
import { ObjectAuthorizer } from './permissions/AuthorizedObjectsService';
import { AuthorizedImagesService } from './permissions/AuthorizedImagesService';

/** The service behind the API of images, with permissions. */
export function createImagesService(
  options: DefaultImagesServiceOptions & {
    permissions: PermissionsService;
    authorizer: ObjectAuthorizer;
  },
): ImagesService {
  return new AuthorizedImagesService({
    ...options,
    inner: new DefaultImagesService(options),
  });
}
