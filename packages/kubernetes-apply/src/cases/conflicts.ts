import { ConflictError } from '../errors/KubernetesApiError';
import { configMap, MANAGER } from '../__testUtils__/objects';
import type { CaseGroup, ClusterCase } from './ClusterCase';

const cases: ClusterCase[] = [
  {
    name: 'names the manager it collides with',
    pins: 'Kubernetes 1.34, server-side apply: a conflict without force names manager and field',
    run: async ({ client, inNs }) => {
      await client.apply(inNs(configMap('settings', { a: '1' })), {
        fieldManager: 'somebody',
      });
      const error = await client
        .apply(inNs(configMap('settings', { a: '2' })), {
          fieldManager: MANAGER,
        })
        .catch(e => e);
      expect(error).toBeInstanceOf(ConflictError);
      expect(error.conflicts).toEqual([
        { manager: 'somebody', fields: ['.data.a'] },
      ]);
    },
  },
];

export const conflictCases: CaseGroup = { name: 'conflicts', cases };
