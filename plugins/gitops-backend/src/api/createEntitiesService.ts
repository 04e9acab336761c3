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
    /** Called when the catalog's module asks. */
    onCatalog?: () => void;
  },
): EntitiesService {
  const { homes, knowsRegistrations, auth, onCatalog, ...inner } = options;
  return new AuthorizedEntitiesService({
    auth,
    onCatalog,
    inner: new DefaultEntitiesService({
      homes,
      knowsRegistrations,
      published: new PublishedObjects(inner),
    }),
  });
}
