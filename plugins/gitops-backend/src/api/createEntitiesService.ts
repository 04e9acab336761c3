import { AuthService } from '@backstage/backend-plugin-api';
import { Homes } from '../homes/Homes';
import { DefaultEntitiesService } from './entities/DefaultEntitiesService';
import { EntitiesService } from './entities/EntitiesService';
import {
  PublishedObjects,
  PublishedObjectsOptions,
} from './entities/PublishedObjects';
import { AuthorizedEntitiesService } from './permissions/AuthorizedEntitiesService';

/** The service behind `/entities`, with permissions. */
export function createEntitiesService(
  options: PublishedObjectsOptions & {
    homes: Homes;
    /** Whether it is known by now which manifests are registered. */
    knowsRegistrations: () => boolean;
    auth: Pick<AuthService, 'isPrincipal'>;
  },
): EntitiesService {
  const { homes, knowsRegistrations, auth, ...inner } = options;
  return new AuthorizedEntitiesService({
    auth,
    inner: new DefaultEntitiesService({
      homes,
      knowsRegistrations,
      published: new PublishedObjects(inner),
    }),
  });
}
