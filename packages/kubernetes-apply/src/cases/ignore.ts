import { refOf } from '../object/metadata';
import { deployment } from '../__testUtils__/objects';
import type { CaseContext, CaseGroup, ClusterCase } from './ClusterCase';

const ignore = [{ paths: ['/spec/replicas'], target: { kind: 'Deployment' } }];

async function replicas({ live }: CaseContext): Promise<unknown> {
  const found = await live(deployment('web'));
  return (found?.spec as { replicas: number }).replicas;
}

function scale({ client, inNs }: CaseContext, fieldManager: string) {
  return client.patch(refOf(inNs(deployment('web'))), {
    type: 'merge',
    body: { spec: { replicas: 7 } },
    fieldManager,
  });
}

const cases: ClusterCase[] = [
  {
    name: 'are neither drift nor corrected',
    pins: 'Flux 2.9, kustomize-controller: spec.ignore',
    run: async context => {
      const { apply, lines } = context;
      await apply([deployment('web')]);
      await scale(context, 'autoscaler');
      expect(await lines([deployment('web')], { ignore })).toEqual([
        'Deployment/NS/web unchanged',
      ]);
      const other = deployment('web', { minReadySeconds: 3 });
      expect(await lines([other], { ignore })).toEqual([
        'Deployment/NS/web configured',
      ]);
      expect(await replicas(context)).toBe(7);
      expect(await lines([other])).toEqual(['Deployment/NS/web configured']);
      expect(await replicas(context)).toBe(2);
    },
  },
  {
    name: 'are left to who applies them',
    pins: 'Flux 2.9, kustomize-controller: an ignored field that another manager applies is not sent',
    run: async context => {
      const { client, ns, apply, live } = context;
      await apply([deployment('web')]);
      await client.apply(
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'web', namespace: ns },
          spec: { replicas: 7 },
        },
        { fieldManager: 'autoscaler', force: true },
      );
      const other = deployment('web', { minReadySeconds: 3 });
      await apply([other], { ignore });
      const { managedFields = [] } = (await live(other))?.metadata ?? {};
      const owners = managedFields.flatMap(entry => {
        const { manager, operation } = entry as Record<string, string>;
        const owns = JSON.stringify(entry).includes('"f:replicas"');
        return operation === 'Apply' && owns ? [manager] : [];
      });
      expect(owners).toEqual(['autoscaler']);
      expect(await replicas(context)).toBe(7);
    },
  },
];

export const ignoreCases: CaseGroup = { name: 'ignored fields', cases };
