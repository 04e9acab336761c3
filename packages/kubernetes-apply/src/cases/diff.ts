import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { diffObjects } from '../diff/diffObjects';
import { explainChanges } from '../diff/explainChanges';
import { refOf } from '../object/metadata';
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
  {
    name: 'says why a field would change',
    pins: 'Kubernetes: managedFields tell who wrote a value; flux diff tells none of it',
    run: async ({ client, ns, apply, inNs }) => {
      await apply([
        deployment('web'),
        configMap('settings', { kept: '1', edited: '1', old: '1' }),
      ]);
      const edit = (object: KubernetesObject, body: object) =>
        client.patch(refOf(inNs(object)), {
          type: 'merge',
          body,
          fieldManager: 'somebody',
        });
      await edit(configMap('settings', {}), { data: { edited: '2' } });
      await edit(deployment('web'), { spec: { replicas: 5 } });
      const objects = [
        deployment('web', { minReadySeconds: 7 }),
        configMap('settings', { kept: '1', edited: '1', new: '1' }),
        configMap('more', { a: '1' }),
      ];
      const plan = await planObjects({
        client,
        objects,
        fieldManager: MANAGER,
        ownerLabels: OWNER,
        defaultNamespace: ns,
      });
      const told = plan.flatMap(({ ref, live, merged }) =>
        explainChanges({
          live,
          merged,
          desired: inNs(objects.find(o => o.metadata.name === ref.name)!),
          fieldManager: MANAGER,
        })
          .filter(({ path }) => !path.startsWith('.metadata'))
          .map(({ reason, change, path, manager }) =>
            [ref.name, reason, change, path, manager].filter(Boolean).join(' '),
          ),
      );
      expect(told).toEqual([
        'more git added .apiVersion',
        'more git added .data.a',
        'more git added .kind',
        'settings drift changed .data.edited somebody',
        'settings git added .data.new',
        'settings git removed .data.old',
        'web git added .spec.minReadySeconds',
        'web drift changed .spec.replicas somebody',
      ]);
    },
  },
];

export const diffCases: CaseGroup = { name: 'diff', cases };
