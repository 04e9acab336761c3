import { GitopsObjectResource } from '../objects/ObjectSummary';
import { gitopsObjectConditions, gitopsObjectPermissionRules } from './rules';

const object: GitopsObjectResource = {
  key: {
    home: 'production',
    kind: 'Kustomization',
    namespace: 'shop',
    name: 'app',
  },
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  ownerRef: 'group:default/payments',
};
const { ownerRef: _, ...unowned } = object;
const rules = gitopsObjectPermissionRules;

describe('gitopsObjectPermissionRules', () => {
  it.each([
    [rules.isOwner, { claims: ['Group:default/Payments'] }, object, true],
    [rules.isOwner, { claims: ['group:default/shop'] }, object, false],
    [rules.isOwner, { claims: [] }, object, false],
    [rules.isOwner, { claims: ['group:default/payments'] }, unowned, false],
    [rules.inNamespace, { namespaces: ['a', 'shop'] }, object, true],
    [rules.inNamespace, { namespaces: ['sho'] }, object, false],
    [rules.inHome, { homes: ['production'] }, object, true],
    [rules.inHome, { homes: [] }, object, false],
    [rules.isKind, { kinds: ['Kustomization'] }, object, true],
    [rules.isKind, { kinds: ['HelmRelease'] }, object, false],
  ])('%j decides', (rule, params, resource, expected) => {
    const { apply, toQuery } = rule as {
      apply(r: GitopsObjectResource, p: object): boolean;
      toQuery(p: object): (r: GitopsObjectResource) => boolean;
    };
    expect(apply(resource, params)).toBe(expected);
    expect(toQuery(params)(resource)).toBe(expected);
  });

  it('makes conditions for policies', () => {
    expect(
      gitopsObjectConditions.isOwner({ claims: ['user:default/ada'] }),
    ).toEqual({
      resourceType: 'gitops-object',
      rule: 'IS_OWNER',
      params: { claims: ['user:default/ada'] },
    });
  });
});
