import { PermissionsService } from '@backstage/backend-plugin-api';
import { ArtifactStore } from '@backstage-gitops/plugin-gitops-node';
import { ArtifactContents } from '../artifacts/ArtifactContents';
import { ArtifactIndex } from '../artifacts/ArtifactIndex';
import { ArchiveLimits } from '../artifacts/unpackArchive';
import { ArtifactsService } from './artifacts/ArtifactsService';
import { DefaultArtifactsService } from './artifacts/DefaultArtifactsService';
import { ObjectIndex } from './objects/ObjectIndex';
import { AuthorizedArtifactsService } from './permissions/AuthorizedArtifactsService';
import { ObjectAuthorizer } from './permissions/AuthorizedObjectsService';

/** The service behind the API of artifacts, with permissions. */
export function createArtifactsService(options: {
  index: ObjectIndex;
  artifacts: Pick<ArtifactIndex, 'list'>;
  store: ArtifactStore;
  limits?: ArchiveLimits;
  permissions: PermissionsService;
  authorizer: ObjectAuthorizer;
}): ArtifactsService {
  const { index, store } = options;
  return new AuthorizedArtifactsService({
    ...options,
    inner: new DefaultArtifactsService({
      index,
      artifacts: options.artifacts,
      store,
      contents: new ArtifactContents({ store, limits: options.limits }),
    }),
  });
}
