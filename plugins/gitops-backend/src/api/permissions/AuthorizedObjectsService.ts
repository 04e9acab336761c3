import { PermissionsService } from '@backstage/backend-plugin-api';
import {
  ChangeList,
  CreatedObject,
  CreateObjectRequest,
  formatObject,
  gitopsObjectCreatePermission,
  gitopsObjectDeletePermission,
  gitopsObjectReadPermission,
  gitopsObjectReconcilePermission,
  gitopsObjectSuspendPermission,
  HomeList,
  ObjectDetail,
  ObjectEventList,
  ObjectKey,
  ObjectList,
  ObjectRow,
  ObjectsQuery,
} from '@backstage-gitops/plugin-gitops-common';
import { MissingPermissionError, ObjectNotFoundError } from '../errors';
import { ObjectIndex } from '../objects/ObjectIndex';
import { ObjectsService, RequestContext } from '../objects/ObjectsService';
import { GitopsObjectResource, ObjectSummary } from '../objects/ObjectSummary';

/** What a policy decided, conditions included. */
export type PermissionDecision = Awaited<
  ReturnType<PermissionsService['authorizeConditional']>
>[number];

/** Whether a decision holds for an object; conditions are evaluated in memory. */
export type ObjectAuthorizer = (
  decision: PermissionDecision,
  resource: GitopsObjectResource,
) => boolean;

/** What {@link AuthorizedObjectsService} is made of. */
export interface AuthorizedObjectsServiceOptions {
  inner: ObjectsService;
  index: ObjectIndex;
  permissions: PermissionsService;
  authorizer: ObjectAuthorizer;
}

type ObjectPermission =
  | typeof gitopsObjectReadPermission
  | typeof gitopsObjectReconcilePermission
  | typeof gitopsObjectSuspendPermission
  | typeof gitopsObjectCreatePermission
  | typeof gitopsObjectDeletePermission;

/**
 * Adds permissions to an {@link ObjectsService}: one question to the policy per
 * request, its conditions evaluated on each object before anything is counted
 * or cut into pages. An object that may not be seen does not exist; one that may
 * be seen but not acted on is refused with the name of the permission.
 */
export class AuthorizedObjectsService implements ObjectsService {
  private readonly inner: ObjectsService;
  private readonly index: ObjectIndex;
  private readonly permissions: PermissionsService;
  private readonly authorizer: ObjectAuthorizer;

  constructor(options: AuthorizedObjectsServiceOptions) {
    this.inner = options.inner;
    this.index = options.index;
    this.permissions = options.permissions;
    this.authorizer = options.authorizer;
  }

  async list(
    query: ObjectsQuery,
    context: RequestContext,
  ): Promise<ObjectList> {
    return this.inner.list(query, await this.ofMany(context));
  }

  async homes(context: RequestContext): Promise<HomeList> {
    return this.inner.homes(await this.ofMany(context));
  }

  async changes(
    since: string | undefined,
    context: RequestContext,
  ): Promise<ChangeList> {
    return this.inner.changes(since, await this.ofMany(context));
  }

  async get(key: ObjectKey, context: RequestContext): Promise<ObjectDetail> {
    const [read, reconcile, suspend, remove] = await this.decide(
      [
        gitopsObjectReadPermission,
        gitopsObjectReconcilePermission,
        gitopsObjectSuspendPermission,
        gitopsObjectDeletePermission,
      ],
      context,
    );
    const detail = await this.inner.get(key, this.ofOne(key, read, context));
    const object = this.index.find(key);
    return {
      ...detail,
      may: {
        reconcile: object !== undefined && this.authorizer(reconcile, object),
        suspend: object !== undefined && this.authorizer(suspend, object),
        delete: object !== undefined && this.authorizer(remove, object),
      },
    };
  }

  async events(
    key: ObjectKey,
    page: { limit?: number; cursor?: string },
    context: RequestContext,
  ): Promise<ObjectEventList> {
    const [read] = await this.decide([gitopsObjectReadPermission], context);
    return this.inner.events(key, page, this.ofOne(key, read, context));
  }

  async reconcile(
    key: ObjectKey,
    options: { withSource?: boolean },
    context: RequestContext,
  ): Promise<ObjectRow> {
    const allowed = await this.forAction(
      key,
      gitopsObjectReconcilePermission,
      'reconcile',
      context,
      object => {
        const source = options.withSource ? object.source : undefined;
        return source ? [{ home: key.home, ...source }] : [];
      },
    );
    return this.inner.reconcile(key, options, allowed);
  }

  async suspend(
    key: ObjectKey,
    options: { reason?: string },
    context: RequestContext,
  ): Promise<ObjectRow> {
    const allowed = await this.forAction(
      key,
      gitopsObjectSuspendPermission,
      'suspend',
      context,
    );
    return this.inner.suspend(key, options, allowed);
  }

  async resume(key: ObjectKey, context: RequestContext): Promise<ObjectRow> {
    const allowed = await this.forAction(
      key,
      gitopsObjectSuspendPermission,
      'resume',
      context,
    );
    return this.inner.resume(key, allowed);
  }

  async create(
    request: CreateObjectRequest,
    context: RequestContext,
  ): Promise<CreatedObject> {
    const [create] = await this.decide([gitopsObjectCreatePermission], context);
    return this.inner.create(request, {
      ...context,
      mayCreate: resource => this.authorizer(create, resource),
    });
  }

  async delete(
    key: ObjectKey,
    options: { uid: string },
    context: RequestContext,
  ): Promise<ObjectRow> {
    const allowed = await this.forAction(
      key,
      gitopsObjectDeletePermission,
      'delete',
      context,
    );
    return this.inner.delete(key, options, allowed);
  }

  async approvePrune(
    key: ObjectKey,
    options: { digest: string },
    context: RequestContext,
  ): Promise<ObjectRow> {
    const allowed = await this.forAction(
      key,
      gitopsObjectDeletePermission,
      'approve what is deleted for',
      context,
    );
    return this.inner.approvePrune(key, options, allowed);
  }

  private async decide(
    permissions: readonly ObjectPermission[],
    { credentials }: RequestContext,
  ): Promise<PermissionDecision[]> {
    return this.permissions.authorizeConditional(
      permissions.map(permission => ({ permission })),
      { credentials },
    );
  }

  /** A policy that lets nothing be seen says so, rather than showing an empty list. */
  private async ofMany(context: RequestContext): Promise<RequestContext> {
    const [read] = await this.decide([gitopsObjectReadPermission], context);
    if (read.result === 'DENY') {
      throw new MissingPermissionError(
        gitopsObjectReadPermission.name,
        'see GitOps objects',
      );
    }
    return { ...context, visible: this.visibleBy(read) };
  }

  private ofOne(
    key: ObjectKey,
    read: PermissionDecision,
    context: RequestContext,
  ): RequestContext {
    if (read.result === 'DENY') {
      throw new ObjectNotFoundError(key);
    }
    return { ...context, visible: this.visibleBy(read) };
  }

  private visibleBy(
    read: PermissionDecision,
  ): ((object: ObjectSummary) => boolean) | undefined {
    return read.result === 'ALLOW'
      ? undefined
      : object => this.authorizer(read, object);
  }

  /** What is not there, or not to be seen, is left to the service to say. */
  private async forAction(
    key: ObjectKey,
    permission: ObjectPermission,
    verb: string,
    context: RequestContext,
    alsoActsOn: (object: ObjectSummary) => ObjectKey[] = () => [],
  ): Promise<RequestContext> {
    const [read, action] = await this.decide(
      [gitopsObjectReadPermission, permission],
      context,
    );
    const allowed = this.ofOne(key, read, context);
    const object = this.index.find(key);
    if (object && this.authorizer(read, object)) {
      for (const target of [key, ...alsoActsOn(object)]) {
        const found = this.index.find(target);
        if (
          found &&
          this.authorizer(read, found) &&
          !this.authorizer(action, found)
        ) {
          throw new MissingPermissionError(
            permission.name,
            `${verb} ${formatObject(target)}`,
          );
        }
      }
    }
    return allowed;
  }
}
