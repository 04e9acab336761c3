import { PermissionsService } from '@backstage/backend-plugin-api';
import {
  formatObject,
  gitopsObjectReadPermission,
  gitopsObjectReconcilePermission,
  NotificationList,
  NotificationsQuery,
  ObjectKey,
  ObjectPlace,
} from '@backstage-gitops/plugin-gitops-common';
import { MissingPermissionError, ObjectNotFoundError } from '../errors';
import { NotificationsService } from '../notifications/NotificationsService';
import { ObjectIndex } from '../objects/ObjectIndex';
import { RequestContext } from '../objects/ObjectsService';
import { ObjectAuthorizer } from './AuthorizedObjectsService';

/**
 * Adds permissions to a {@link NotificationsService}. Whoever may see an Alert or a
 * Provider may see what it sends; whoever may have it reconciled may have it send.
 */
export class AuthorizedNotificationsService implements NotificationsService {
  private readonly inner: NotificationsService;
  private readonly index: ObjectIndex;
  private readonly permissions: PermissionsService;
  private readonly authorizer: ObjectAuthorizer;

  constructor(options: {
    inner: NotificationsService;
    index: ObjectIndex;
    permissions: PermissionsService;
    authorizer: ObjectAuthorizer;
  }) {
    this.inner = options.inner;
    this.index = options.index;
    this.permissions = options.permissions;
    this.authorizer = options.authorizer;
  }

  async list(
    key: ObjectKey,
    query: NotificationsQuery,
    context: RequestContext,
  ): Promise<NotificationList> {
    return this.inner.list(key, query, await this.reading(key, context));
  }

  async resend(
    key: ObjectKey,
    body: { ids?: readonly string[] },
    context: RequestContext,
  ): Promise<{ resent: number }> {
    return this.inner.resend(key, body, await this.sending(key, context));
  }

  async test(
    key: ObjectKey,
    context: RequestContext,
  ): Promise<{ provider: ObjectPlace }> {
    return this.inner.test(key, await this.sending(key, context));
  }

  private async reading(
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

  private async sending(
    key: ObjectKey,
    context: RequestContext,
  ): Promise<RequestContext> {
    const allowed = await this.reading(key, context);
    const [reconcile] = await this.permissions.authorizeConditional(
      [{ permission: gitopsObjectReconcilePermission }],
      { credentials: context.credentials },
    );
    const object = this.index.find(key);
    if (
      object &&
      allowed.visible!(object) &&
      !this.authorizer(reconcile, object)
    ) {
      throw new MissingPermissionError(
        gitopsObjectReconcilePermission.name,
        `have ${formatObject(key)} send something`,
      );
    }
    return allowed;
  }
}
