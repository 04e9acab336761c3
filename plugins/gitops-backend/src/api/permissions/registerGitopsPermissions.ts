import { PermissionsRegistryService } from '@backstage/backend-plugin-api';
import { createConditionAuthorizer } from '@backstage/plugin-permission-node';
import {
  gitopsDoctorReadPermission,
  gitopsPermissions,
  ObjectKeyError,
  parseObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { ObjectIndex } from '../objects/ObjectIndex';
import { GitopsObjectResource } from '../objects/ObjectSummary';
import { ObjectAuthorizer } from './AuthorizedObjectsService';
import { gitopsObjectPermissionResourceRef } from './gitopsObjectPermissionResourceRef';
import { gitopsObjectPermissionRules } from './rules';

/**
 * Makes the permissions of the plugin known, and the resource type that
 * conditions are about. Gives what evaluates the decisions of a policy, by the
 * rules that are registered when it is asked.
 */
export function registerGitopsPermissions(options: {
  permissionsRegistry: PermissionsRegistryService;
  index: ObjectIndex;
}): ObjectAuthorizer {
  const { permissionsRegistry, index } = options;
  permissionsRegistry.addResourceType({
    resourceRef: gitopsObjectPermissionResourceRef,
    permissions: [...gitopsPermissions],
    rules: Object.values(gitopsObjectPermissionRules),
    getResources: async refs => refs.map(ref => find(index, ref)),
  });
  permissionsRegistry.addPermissions([gitopsDoctorReadPermission]);
  return createConditionAuthorizer<GitopsObjectResource>(
    permissionsRegistry.getPermissionRuleset(gitopsObjectPermissionResourceRef),
  );
}

function find(
  index: ObjectIndex,
  ref: string,
): GitopsObjectResource | undefined {
  try {
    return index.find(parseObjectKey(ref));
  } catch (error) {
    if (error instanceof ObjectKeyError) {
      return undefined;
    }
    throw error;
  }
}
