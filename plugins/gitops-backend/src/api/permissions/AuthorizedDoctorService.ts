import { PermissionsService } from '@backstage/backend-plugin-api';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  DoctorReport,
  gitopsDoctorReadPermission,
} from '@backstage-gitops/plugin-gitops-common';
import { DoctorService } from '../doctor/DoctorService';
import { MissingPermissionError } from '../errors';
import { RequestContext } from '../objects/ObjectsService';

/**
 * Adds permissions to a {@link DoctorService}: the report is for whoever runs the
 * portal, and no other permission limits what it says.
 */
export class AuthorizedDoctorService implements DoctorService {
  private readonly inner: DoctorService;
  private readonly permissions: PermissionsService;

  constructor(options: {
    inner: DoctorService;
    permissions: PermissionsService;
  }) {
    this.inner = options.inner;
    this.permissions = options.permissions;
  }

  async report(
    context: Pick<RequestContext, 'credentials'>,
  ): Promise<DoctorReport> {
    const [decision] = await this.permissions.authorize(
      [{ permission: gitopsDoctorReadPermission }],
      { credentials: context.credentials },
    );
    if (decision.result !== AuthorizeResult.ALLOW) {
      throw new MissingPermissionError(
        gitopsDoctorReadPermission.name,
        'see the report of the doctor',
      );
    }
    return this.inner.report(context);
  }
}
