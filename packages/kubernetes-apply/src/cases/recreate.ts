import { ApplyError } from '../apply/ApplyError';
import { configMap, deployment } from '../__testUtils__/objects';
import type { CaseGroup, ClusterCase } from './ClusterCase';

const FLUX = 'kustomize.toolkit.fluxcd.io';

const fixed = (key: string) => ({
  ...configMap('fixed', { key }),
  immutable: true,
});

const cases: ClusterCase[] = [
  {
    name: 'fails, and recreates with force',
    pins: 'Flux 2.9, kustomize-controller: spec.force recreates where a field is immutable',
    run: async ({ apply, lines, live }) => {
      await apply([fixed('1')]);
      const before = await live(fixed('1'));
      await expect(apply([fixed('2')])).rejects.toThrow(
        /ConfigMap\/.*fixed dry-run failed \(Invalid\)/,
      );
      expect(await lines([fixed('2')], { force: true })).toEqual([
        'ConfigMap/NS/fixed created',
      ]);
      const after = await live(fixed('2'));
      expect(after?.data).toEqual({ key: '2' });
      expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
    },
  },
  {
    name: 'recreates where the annotation of the object says so',
    pins: 'Flux 2.9, kustomize-controller: kustomize.toolkit.fluxcd.io/force: Enabled',
    run: async ({ apply, lines }) => {
      await apply([deployment('web')]);
      const other = deployment('web', {
        selector: { matchLabels: { app: 'web', tier: 'a' } },
      });
      const spec = other.spec as { template: { metadata: { labels: object } } };
      spec.template.metadata.labels = { app: 'web', tier: 'a' };
      other.metadata.annotations = { [`${FLUX}/force`]: 'Enabled' };
      expect(await lines([other])).toEqual(['Deployment/NS/web created']);
    },
  },
  {
    name: 'never deletes for the sake of an invalid object',
    pins: 'stricter than Flux 2.9, which deletes for any 422',
    run: async ({ apply, live }) => {
      await apply([deployment('web')]);
      const before = await live(deployment('web'));
      const invalid = deployment('web', {
        selector: { matchLabels: { app: 'other' } },
      });
      await expect(apply([invalid], { force: true })).rejects.toBeInstanceOf(
        ApplyError,
      );
      await expect(
        apply([deployment('web', { replicas: -1 })], { force: true }),
      ).rejects.toBeInstanceOf(ApplyError);
      expect((await live(invalid))?.metadata.uid).toBe(before?.metadata.uid);
    },
  },
];

export const recreateCases: CaseGroup = {
  name: 'fields that cannot be changed',
  cases,
};
