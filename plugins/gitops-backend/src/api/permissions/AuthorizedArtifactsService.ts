import { PermissionsService } from '@backstage/backend-plugin-api';
import {
  ArtifactFile,
  ArtifactFolder,
  ArtifactFolderQuery,
  ArtifactList,
  ArtifactQuery,
  formatObject,
  gitopsArtifactReadPermission,
  gitopsObjectReadPermission,
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { StoredArtifact } from '@backstage-gitops/plugin-gitops-node';
import { ArtifactsService } from '../artifacts/ArtifactsService';
import { MissingPermissionError, ObjectNotFoundError } from '../errors';
import { ObjectIndex } from '../objects/ObjectIndex';
import { RequestContext } from '../objects/ObjectsService';
import { ObjectAuthorizer } from './AuthorizedObjectsService';

/**
 * Adds permissions to an {@link ArtifactsService}: artifacts of what may not be
 * seen do not exist; those of what may be seen need a permission of their own.
 */
export class AuthorizedArtifactsService implements ArtifactsService {
  private readonly inner: ArtifactsService;
  private readonly index: ObjectIndex;
  private readonly permissions: PermissionsService;
  private readonly authorizer: ObjectAuthorizer;

  constructor(options: {
    inner: ArtifactsService;
    index: ObjectIndex;
    permissions: PermissionsService;
    authorizer: ObjectAuthorizer;
  }) {
    this.inner = options.inner;
    this.index = options.index;
    this.permissions = options.permissions;
    this.authorizer = options.authorizer;
  }

  async list(key: ObjectKey, context: RequestContext): Promise<ArtifactList> {
    return this.inner.list(key, await this.allowed(key, context));
  }

  async folder(
    key: ObjectKey,
    query: ArtifactFolderQuery,
    context: RequestContext,
  ): Promise<ArtifactFolder> {
    return this.inner.folder(key, query, await this.allowed(key, context));
  }

  async file(
    key: ObjectKey,
    query: ArtifactQuery & { path: string },
    context: RequestContext,
  ): Promise<ArtifactFile> {
    return this.inner.file(key, query, await this.allowed(key, context));
  }

  async locate(
    key: ObjectKey,
    query: { digest?: string },
    context: RequestContext,
  ): Promise<StoredArtifact> {
    return this.inner.locate(key, query, await this.allowed(key, context));
  }

  private async allowed(
    key: ObjectKey,
    context: RequestContext,
  ): Promise<RequestContext> {
    const [read, look] = await this.permissions.authorizeConditional(
      [
        { permission: gitopsObjectReadPermission },
        { permission: gitopsArtifactReadPermission },
      ],
      { credentials: context.credentials },
    );
    if (read.result === 'DENY') {
      throw new ObjectNotFoundError(key);
    }
    const object = this.index.find(key);
    if (
      object &&
      this.authorizer(read, object) &&
      !this.authorizer(look, object)
    ) {
      throw new MissingPermissionError(
        gitopsArtifactReadPermission.name,
        `look into the artifacts of ${formatObject(key)}`,
      );
    }
    return { ...context, visible: found => this.authorizer(read, found) };
  }
}
