import { isResourcePermission } from '@backstage/plugin-permission-common';
import {
  gitopsDoctorReadPermission,
  gitopsPermissions,
  RESOURCE_TYPE_GITOPS_OBJECT,
} from './permissions';

describe('permissions', () => {
  it('are all about objects, and have names of their own', () => {
    expect(gitopsPermissions.map(({ name }) => name)).toEqual([
      'gitops.object.read',
      'gitops.object.reconcile',
      'gitops.object.suspend',
      'gitops.registration.approve',
      'gitops.object.create',
      'gitops.object.delete',
      'gitops.artifact.read',
    ]);
    for (const permission of gitopsPermissions) {
      expect(
        isResourcePermission(permission, RESOURCE_TYPE_GITOPS_OBJECT),
      ).toBe(true);
    }
  });

  it('are not about objects where they are about all of the portal', () => {
    expect(gitopsDoctorReadPermission).toEqual({
      type: 'basic',
      name: 'gitops.doctor.read',
      attributes: { action: 'read' },
    });
  });
});
