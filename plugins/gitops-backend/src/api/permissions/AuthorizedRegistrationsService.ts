import { PermissionsService } from '@backstage/backend-plugin-api';
import {
  gitopsObjectReadPermission,
  gitopsRegistrationApprovePermission,
  RegistrationList,
  RegistrationRow,
  RegistrationsQuery,
} from '@backstage-gitops/plugin-gitops-common';
import { MissingPermissionError, RegistrationNotFoundError } from '../errors';
import {
  ApprovalRequest,
  RegistrationsContext,
  RegistrationsService,
} from '../registrations/RegistrationsService';
import {
  ObjectAuthorizer,
  PermissionDecision,
} from './AuthorizedObjectsService';

/**
 * Adds permissions to a {@link RegistrationsService}: whoever may read an object
 * may read what became of its manifest, also while the object is not there. To
 * let in what no claim is about needs a permission of its own.
 */
export class AuthorizedRegistrationsService implements RegistrationsService {
  private readonly inner: RegistrationsService;
  private readonly permissions: PermissionsService;
  private readonly authorizer: ObjectAuthorizer;

  constructor(options: {
    inner: RegistrationsService;
    permissions: PermissionsService;
    authorizer: ObjectAuthorizer;
  }) {
    this.inner = options.inner;
    this.permissions = options.permissions;
    this.authorizer = options.authorizer;
  }

  /** A policy that lets nothing be seen says so, rather than showing an empty list. */
  async list(
    query: RegistrationsQuery,
    context: RegistrationsContext,
  ): Promise<RegistrationList> {
    const [read] = await this.decide([gitopsObjectReadPermission], context);
    if (read.result === 'DENY') {
      throw new MissingPermissionError(
        gitopsObjectReadPermission.name,
        'see registered manifests',
      );
    }
    return this.inner.list(query, this.limited(context, read));
  }

  async get(
    entityRef: string,
    context: RegistrationsContext,
  ): Promise<RegistrationRow> {
    return this.inner.get(entityRef, await this.ofOne(entityRef, context));
  }

  async approve(
    entityRef: string,
    request: ApprovalRequest,
    context: RegistrationsContext,
  ): Promise<RegistrationRow> {
    const limited = await this.ofOne(entityRef, context);
    return this.inner.approve(entityRef, request, limited);
  }

  async reject(
    entityRef: string,
    request: { reason: string },
    context: RegistrationsContext,
  ): Promise<RegistrationRow> {
    const limited = await this.ofOne(entityRef, context);
    return this.inner.reject(entityRef, request, limited);
  }

  private async ofOne(
    entityRef: string,
    context: RegistrationsContext,
  ): Promise<RegistrationsContext> {
    const [read, approve] = await this.decide(
      [gitopsObjectReadPermission, gitopsRegistrationApprovePermission],
      context,
    );
    if (read.result === 'DENY') {
      throw new RegistrationNotFoundError(entityRef);
    }
    return {
      ...this.limited(context, read),
      mayApprove: resource => this.authorizer(approve, resource),
    };
  }

  private async decide(
    permissions: readonly (
      | typeof gitopsObjectReadPermission
      | typeof gitopsRegistrationApprovePermission
    )[],
    { credentials }: RegistrationsContext,
  ): Promise<PermissionDecision[]> {
    return this.permissions.authorizeConditional(
      permissions.map(permission => ({ permission })),
      { credentials },
    );
  }

  private limited(
    context: RegistrationsContext,
    read: PermissionDecision,
  ): RegistrationsContext {
    return read.result === 'ALLOW'
      ? context
      : {
          ...context,
          visible: resource => this.authorizer(read, resource),
        };
  }
}
