import {
  ArtifactFile,
  ArtifactFolder,
  ArtifactFolderQuery,
  ArtifactList,
  ArtifactQuery,
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { StoredArtifact } from '@backstage-gitops/plugin-gitops-node';
import { RequestContext } from '../objects/ObjectsService';

/**
 * What the API shows of artifacts. `DefaultArtifactsService` knows no
 * permissions; `AuthorizedArtifactsService` around it knows nothing else.
 */
export interface ArtifactsService {
  list(key: ObjectKey, context: RequestContext): Promise<ArtifactList>;
  folder(
    key: ObjectKey,
    query: ArtifactFolderQuery,
    context: RequestContext,
  ): Promise<ArtifactFolder>;
  file(
    key: ObjectKey,
    query: ArtifactQuery & { path: string },
    context: RequestContext,
  ): Promise<ArtifactFile>;
  /** Which archive is to be sent. */
  locate(
    key: ObjectKey,
    query: { digest?: string },
    context: RequestContext,
  ): Promise<StoredArtifact>;
}
