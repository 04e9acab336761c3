import { diffObjects } from '../diff/diffObjects';
import { planObjects } from '../apply/planObjects';
import {
  configMap,
  deployment,
  MANAGER,
  namespace,
  OWNER,
} from '../__testUtils__/objects';
import type { CaseGroup, ClusterCase } from './ClusterCase';

const cases: ClusterCase[] = [
  {
    name: 'plans what apply would do, and writes nothing',
    pins: 'Flux 2.9, flux diff kustomization: dry runs tell what an apply would do',
    run: async ({ client, ns, apply, live }) => {
      await apply([
        configMap('kept', { a: '1' }),
        configMap('changed', { a: '1' }),
      ]);
      const plan = await planObjects({
        client,
        objects: [
          configMap('kept', { a: '1' }),
          configMap('changed', { a: '2' }),
          configMap('new', { a: '1' }),
          configMap('later', {}, { namespace: `${ns}-new` }),
          namespace(`${ns}-new`),
          deployment('broken', { replicas: -1 }),
        ],
        fieldManager: MANAGER,
        ownerLabels: OWNER,
        defaultNamespace: ns,
      });
      const told = plan.map(p => [
        p.ref.name.replaceAll(ns, 'NS'),
        p.failure ? 'fails' : p.action,
      ]);
      expect(told).toEqual([
        ['NS-new', 'created'],
        ['changed', 'configured'],
        ['kept', 'unchanged'],
        ['new', 'created'],
        ['later', 'created'],
        ['broken', 'fails'],
      ]);
      expect(diffObjects(plan[1].live, plan[1].merged)).toEqual([
        { path: '.data.a', change: 'changed', before: '1', after: '2' },
      ]);
      expect(await live(configMap('new', {}))).toBeUndefined();
    },
  },
];

export const diffCases: CaseGroup = { name: 'diff', cases };
