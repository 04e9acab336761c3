import {
  ImageCandidates,
  ImagePushList,
  ImageTagList,
  ImageTagsQuery,
  ImageUpdatePreview,
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { RequestContext } from '../objects/ObjectsService';

/**
 * What the API shows of images. `DefaultImagesService` knows no permissions;
 * `AuthorizedImagesService` around it knows nothing else.
 */
export interface ImagesService {
  /** Of an ImageRepository or an ImagePolicy. */
  tags(
    key: ObjectKey,
    query: ImageTagsQuery,
    context: RequestContext,
  ): Promise<ImageTagList>;
  /** Of an ImagePolicy. */
  candidates(key: ObjectKey, context: RequestContext): Promise<ImageCandidates>;
  /** Of an ImageUpdateAutomation. */
  pushes(
    key: ObjectKey,
    page: { limit?: number; cursor?: string },
    context: RequestContext,
  ): Promise<ImagePushList>;
  /** Of an ImageUpdateAutomation. */
  preview(key: ObjectKey, context: RequestContext): Promise<ImageUpdatePreview>;
}
