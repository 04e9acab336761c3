import { PermissionsService } from '@backstage/backend-plugin-api';
import {
  gitopsObjectReadPermission,
  RegistrationList,
  RegistrationRow,
  RegistrationsQuery,
} from '@backstage-gitops/plugin-gitops-common';
import { MissingPermissionError, RegistrationNotFoundError } from '../errors';
import {
  RegistrationsContext,
  RegistrationsService,
} from '../registrations/RegistrationsService';
import {
  ObjectAuthorizer,
  PermissionDecision,
} from './AuthorizedObjectsService';

/**
 * Adds permissions to a {@link RegistrationsService}: whoever may read an object
 * may read what became of its manifest, also while the object is not there.
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
    const read = await this.decide(context);
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
    const read = await this.decide(context);
    if (read.result === 'DENY') {
      throw new RegistrationNotFoundError(entityRef);
    }
    return this.inner.get(entityRef, this.limited(context, read));
  }

  private async decide({
    credentials,
  }: RegistrationsContext): Promise<PermissionDecision> {
    const [read] = await this.permissions.authorizeConditional(
      [{ permission: gitopsObjectReadPermission }],
      { credentials },
    );
    return read;
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
