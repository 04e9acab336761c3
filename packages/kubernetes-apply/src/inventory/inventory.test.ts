import {
  difference,
  formatInventoryId,
  inventoryEntryOf,
  InvalidInventoryIdError,
  parseInventoryId,
  refOfEntry,
} from './inventory';

describe('inventory', () => {
  it.each([
    [
      'apps_podinfo_apps_Deployment',
      'apps/v1',
      'Deployment',
      'apps',
      'podinfo',
    ],
    ['_team__Namespace', 'v1', 'Namespace', undefined, 'team'],
    ['team_config__ConfigMap', 'v1', 'ConfigMap', 'team', 'config'],
    [
      '_system__leader_rbac.authorization.k8s.io_ClusterRole',
      'rbac.authorization.k8s.io/v1',
      'ClusterRole',
      undefined,
      'system:leader',
    ],
    [
      'team_a__b__c_rbac.authorization.k8s.io_RoleBinding',
      'rbac.authorization.k8s.io/v1',
      'RoleBinding',
      'team',
      'a:b:c',
    ],
    ['_a:b_example.com_Widget', 'example.com/v1', 'Widget', undefined, 'a:b'],
  ])('%s', (id, apiVersion, kind, namespace, name) => {
    const ref = { apiVersion, kind, name, ...(namespace ? { namespace } : {}) };
    const entry = inventoryEntryOf(ref);
    expect(entry.id).toBe(id);
    expect(refOfEntry(entry)).toEqual(ref);
    expect(formatInventoryId(parseInventoryId(id))).toBe(id);
  });

  it.each(['', 'a', 'a_b', 'a_b_c', 'a_b_c_d_e', '__apps_Kind', 'a_b_c_'])(
    'refuses %j',
    id => {
      expect(() => parseInventoryId(id)).toThrow(InvalidInventoryIdError);
    },
  );

  it('tells what is gone, whatever its version was', () => {
    const a = { id: 'n_a_apps_Deployment', v: 'v1beta1' };
    const b = { id: 'n_b_apps_Deployment', v: 'v1' };
    expect(difference([a, b, b], [{ ...a, v: 'v1' }])).toEqual([b]);
    expect(difference([], [a])).toEqual([]);
  });

  it('handles 50,000 entries at once', () => {
    const entries = Array.from({ length: 50_000 }, (_, i) => ({
      id: `n_name-${i}__ConfigMap`,
      v: 'v1',
    }));
    expect(difference(entries, entries.slice(0, 49_999))).toHaveLength(1);
  });
});
