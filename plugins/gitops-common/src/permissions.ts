import {
  BasicPermission,
  createPermission,
  ResourcePermission,
} from '@backstage/plugin-permission-common';

/**
 * Resource type of the permissions on GitOps objects. A resource reference is
 * `home/Kind/namespace/name`, as {@link stringifyObjectKey} writes it.
 *
 * @public
 */
export const RESOURCE_TYPE_GITOPS_OBJECT = 'gitops-object';

/**
 * To see an object: its row, its details, its events, its changes.
 *
 * @public
 */
export const gitopsObjectReadPermission: ResourcePermission<'gitops-object'> =
  createPermission({
    name: 'gitops.object.read',
    attributes: { action: 'read' },
    resourceType: RESOURCE_TYPE_GITOPS_OBJECT,
  });

/**
 * To ask for a reconcile of an object.
 *
 * @public
 */
export const gitopsObjectReconcilePermission: ResourcePermission<'gitops-object'> =
  createPermission({
    name: 'gitops.object.reconcile',
    attributes: { action: 'update' },
    resourceType: RESOURCE_TYPE_GITOPS_OBJECT,
  });

/**
 * To suspend an object and to resume it.
 *
 * @public
 */
export const gitopsObjectSuspendPermission: ResourcePermission<'gitops-object'> =
  createPermission({
    name: 'gitops.object.suspend',
    attributes: { action: 'update' },
    resourceType: RESOURCE_TYPE_GITOPS_OBJECT,
  });

/**
 * To approve and to reject registered manifests that no claim is about. What a
 * manifest says of its owner is not looked at: an approver is told by the home,
 * the namespace and the kind.
 *
 * @public
 */
export const gitopsRegistrationApprovePermission: ResourcePermission<'gitops-object'> =
  createPermission({
    name: 'gitops.registration.approve',
    attributes: { action: 'update' },
    resourceType: RESOURCE_TYPE_GITOPS_OBJECT,
  });

/**
 * To make an object. A policy sees home, kind, namespace and name, and as owner
 * that of the claim which admits it.
 *
 * @public
 */
export const gitopsObjectCreatePermission: ResourcePermission<'gitops-object'> =
  createPermission({
    name: 'gitops.object.create',
    attributes: { action: 'create' },
    resourceType: RESOURCE_TYPE_GITOPS_OBJECT,
  });

/**
 * To delete an object whose registration has vanished, and to approve that what
 * left a delivery is deleted although it is much: the smaller of the two.
 *
 * @public
 */
export const gitopsObjectDeletePermission: ResourcePermission<'gitops-object'> =
  createPermission({
    name: 'gitops.object.delete',
    attributes: { action: 'delete' },
    resourceType: RESOURCE_TYPE_GITOPS_OBJECT,
  });

/**
 * To look into the artifacts of a source and to download them: what its
 * repository, bucket or chart holds. Who may see the object may not see that by
 * itself.
 *
 * @public
 */
export const gitopsArtifactReadPermission: ResourcePermission<'gitops-object'> =
  createPermission({
    name: 'gitops.artifact.read',
    attributes: { action: 'read' },
    resourceType: RESOURCE_TYPE_GITOPS_OBJECT,
  });

/**
 * To see the doctor's report. It names homes, files, objects and owners whether
 * or not its reader may see them elsewhere: it is for whoever runs the portal.
 *
 * @public
 */
export const gitopsDoctorReadPermission: BasicPermission = createPermission({
  name: 'gitops.doctor.read',
  attributes: { action: 'read' },
});

/**
 * All permissions of the plugin that are about objects.
 *
 * @public
 */
export const gitopsPermissions: ResourcePermission<'gitops-object'>[] = [
  gitopsObjectReadPermission,
  gitopsObjectReconcilePermission,
  gitopsObjectSuspendPermission,
  gitopsRegistrationApprovePermission,
  gitopsObjectCreatePermission,
  gitopsObjectDeletePermission,
  gitopsArtifactReadPermission,
];
