import { configMap, MANAGER } from '../__testUtils__/objects';
import type { CaseGroup, ClusterCase } from './ClusterCase';

const FLUX = 'kustomize.toolkit.fluxcd.io';

const cases: ClusterCase[] = [
  {
    name: 'takes over what kubectl made',
    pins: 'Flux 2.9, ssa manager: fields of kubectl become ours, its annotations go',
    run: async ({ client, lines, live, inNs }) => {
      const made = inNs(configMap('settings', { a: '1', old: 'x' }));
      made.metadata.annotations = {
        'kubectl.kubernetes.io/last-applied-configuration': '{}',
      };
      await client.create(made, { fieldManager: 'kubectl-client-side-apply' });
      const wanted = configMap('settings', { a: '1' });
      expect(await lines([wanted])).toEqual([
        'ConfigMap/NS/settings configured',
      ]);
      const after = await live(wanted);
      expect(after?.data).toEqual({ a: '1' });
      expect(after?.metadata.annotations).toBeUndefined();
      expect(after?.metadata.managedFields).toEqual([
        expect.objectContaining({ manager: MANAGER, operation: 'Apply' }),
      ]);
      expect(await lines([wanted])).toEqual([
        'ConfigMap/NS/settings unchanged',
      ]);
    },
  },
  {
    name: 'leaves the fields of others with ssa: Merge',
    pins: 'Flux 2.9, kustomize-controller: kustomize.toolkit.fluxcd.io/ssa: Merge',
    run: async ({ client, lines, live, inNs }) => {
      await client.create(inNs(configMap('settings', { a: '1', old: 'x' })), {
        fieldManager: 'kubectl-create',
      });
      const wanted = configMap(
        'settings',
        { a: '2' },
        {
          annotations: { [`${FLUX}/ssa`]: 'merge' },
        },
      );
      expect(await lines([wanted])).toEqual([
        'ConfigMap/NS/settings configured',
      ]);
      expect((await live(wanted))?.data).toEqual({ a: '2', old: 'x' });
    },
  },
  {
    name: 'takes over from the managers that it is told, and from no others',
    pins: 'Flux 2.9, kustomize-controller: --override-manager',
    run: async ({ client, lines, live, inNs }) => {
      const made = inNs(configMap('settings', { a: '1', old: 'x' }));
      await client.create(made, { fieldManager: 'helm' });
      const wanted = configMap('settings', { a: '1' });
      await lines([wanted]);
      expect((await live(wanted))?.data).toEqual({ a: '1', old: 'x' });
      const overrideManagers = [
        { prefix: 'helm', operation: 'Update' as const },
      ];
      expect(await lines([wanted], { overrideManagers })).toEqual([
        'ConfigMap/NS/settings configured',
      ]);
      expect((await live(wanted))?.data).toEqual({ a: '1' });
      expect(await lines([wanted], { overrideManagers })).toEqual([
        'ConfigMap/NS/settings unchanged',
      ]);
    },
  },
];

export const takeOverCases: CaseGroup = { name: 'take-over', cases };
