import { PermissionsService } from '@backstage/backend-plugin-api';
import { mockServices } from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { createPermissionRule } from '@backstage/plugin-permission-node';
import { PermissionDecision } from '../permissions/AuthorizedObjectsService';
import { gitopsObjectPermissionResourceRef } from '../permissions/gitopsObjectPermissionResourceRef';

/** A rule as a policy might use it. */
export const inNamespace = createPermissionRule<
  typeof gitopsObjectPermissionResourceRef,
  { namespace: string }
>({
  name: 'TEST_NAMESPACE',
  description: 'Objects of a namespace',
  resourceRef: gitopsObjectPermissionResourceRef,
  apply: (object, { namespace }) => object.key.namespace === namespace,
  toQuery:
    ({ namespace }) =>
    object =>
      object.key.namespace === namespace,
});

/** Lets objects of one namespace pass. */
export function onlyIn(namespace: string): PermissionDecision {
  return {
    result: 'CONDITIONAL',
    pluginId: 'gitops',
    resourceType: 'gitops-object',
    conditions: {
      resourceType: 'gitops-object',
      rule: 'TEST_NAMESPACE',
      params: { namespace },
    },
  };
}

/** Decides by name of the permission; what is not named is allowed. */
export function permissionsOf(
  policy: Readonly<Record<string, PermissionDecision>>,
): PermissionsService {
  return mockServices.permissions.mock({
    authorizeConditional: async requests =>
      requests.map(
        ({ permission }) => policy[permission.name] ?? { result: 'ALLOW' },
      ),
    authorize: async requests =>
      requests.map(({ permission }) => ({
        result:
          policy[permission.name]?.result === 'DENY'
            ? AuthorizeResult.DENY
            : AuthorizeResult.ALLOW,
      })),
  });
}
