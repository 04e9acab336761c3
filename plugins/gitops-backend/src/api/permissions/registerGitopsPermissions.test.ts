import { mockServices } from '@backstage/backend-test-utils';
import { createPermissionIntegrationRouter } from '@backstage/plugin-permission-node';
import { gitopsPermissions } from '@backstage-gitops/plugin-gitops-common';
import { ApiWorld } from '../__testUtils__/ApiWorld';
import { kustomization } from '../__testUtils__/objects';
import { inNamespace, onlyIn } from '../__testUtils__/policy';
import { registerGitopsPermissions } from './registerGitopsPermissions';

describe('registerGitopsPermissions', () => {
  const world = new ApiWorld();
  world.put(kustomization('app', { namespace: 'mine' }));
  const [summary] = [...world.index.list()];

  function register() {
    const integration = createPermissionIntegrationRouter();
    const permissionsRegistry = mockServices.permissionsRegistry.mock({
      addResourceType: options =>
        integration.addResourceType({
          resourceType: options.resourceRef.resourceType,
          permissions: options.permissions,
          rules: options.rules,
          getResources: options.getResources,
        }),
      getPermissionRuleset: ref => integration.getPermissionRuleset(ref),
    });
    const authorizer = registerGitopsPermissions({
      permissionsRegistry,
      index: world.index,
    });
    const [options] = permissionsRegistry.addResourceType.mock.calls[0];
    return { integration, authorizer, options };
  }

  it('makes all permissions known', () => {
    expect(register().options.permissions).toEqual(gitopsPermissions);
  });

  it('finds objects by their references, and none by others', async () => {
    const { options } = register();
    expect(
      await options.getResources!([
        'local/Kustomization/mine/app',
        'local/Kustomization/mine/none',
        'local/Kustomization',
        '',
      ]),
    ).toEqual([summary, undefined, undefined, undefined]);
  });

  it('evaluates conditions by rules that are added later', () => {
    const { integration, authorizer } = register();
    integration.addPermissionRules([inNamespace]);
    expect(authorizer(onlyIn('mine'), summary)).toBe(true);
    expect(authorizer(onlyIn('theirs'), summary)).toBe(false);
    expect(authorizer({ result: 'ALLOW' }, summary)).toBe(true);
    expect(authorizer({ result: 'DENY' }, summary)).toBe(false);
  });

  it('fails rather than guessing at a rule that nobody registered', () => {
    expect(() => register().authorizer(onlyIn('mine'), summary)).toThrow(
      'TEST_NAMESPACE',
    );
  });
});
