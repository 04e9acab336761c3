import { PermissionsService } from '@backstage/backend-plugin-api';
import {
  formatObject,
  gitopsArtifactReadPermission,
  gitopsObjectReadPermission,
  ImageCandidates,
  ImagePushList,
  ImageTagList,
  ImageTagsQuery,
  ImageUpdatePreview,
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { MissingPermissionError, ObjectNotFoundError } from '../errors';
import { ImagesService } from '../images/ImagesService';
import { ObjectIndex } from '../objects/ObjectIndex';
import { RequestContext } from '../objects/ObjectsService';
import { ObjectAuthorizer } from './AuthorizedObjectsService';

/**
 * Adds permissions to an {@link ImagesService}. Whoever may see an object may see
 * what it found and did; a preview shows files, as artifacts do.
 */
export class AuthorizedImagesService implements ImagesService {
  private readonly inner: ImagesService;
  private readonly index: ObjectIndex;
  private readonly permissions: PermissionsService;
  private readonly authorizer: ObjectAuthorizer;

  constructor(options: {
    inner: ImagesService;
    index: ObjectIndex;
    permissions: PermissionsService;
    authorizer: ObjectAuthorizer;
  }) {
    this.inner = options.inner;
    this.index = options.index;
    this.permissions = options.permissions;
    this.authorizer = options.authorizer;
  }

  async tags(
    key: ObjectKey,
    query: ImageTagsQuery,
    context: RequestContext,
  ): Promise<ImageTagList> {
    return this.inner.tags(key, query, await this.allowed(key, context));
  }

  async candidates(
    key: ObjectKey,
    context: RequestContext,
  ): Promise<ImageCandidates> {
    return this.inner.candidates(key, await this.allowed(key, context));
  }

  async pushes(
    key: ObjectKey,
    page: { limit?: number; cursor?: string },
    context: RequestContext,
  ): Promise<ImagePushList> {
    return this.inner.pushes(key, page, await this.allowed(key, context));
  }

  async preview(
    key: ObjectKey,
    context: RequestContext,
  ): Promise<ImageUpdatePreview> {
    const allowed = await this.allowed(key, context);
    const [look] = await this.permissions.authorizeConditional(
      [{ permission: gitopsArtifactReadPermission }],
      { credentials: context.credentials },
    );
    const object = this.index.find(key);
    if (object && allowed.visible!(object) && !this.authorizer(look, object)) {
      throw new MissingPermissionError(
        gitopsArtifactReadPermission.name,
        `look into what ${formatObject(key)} would change`,
      );
    }
    return this.inner.preview(key, allowed);
  }

  private async allowed(
    key: ObjectKey,
    context: RequestContext,
  ): Promise<RequestContext> {
    const [read] = await this.permissions.authorizeConditional(
      [{ permission: gitopsObjectReadPermission }],
      { credentials: context.credentials },
    );
    if (read.result === 'DENY') {
      throw new ObjectNotFoundError(key);
    }
    return { ...context, visible: found => this.authorizer(read, found) };
  }
}
