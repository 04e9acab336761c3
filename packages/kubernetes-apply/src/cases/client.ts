import { refOf } from '../object/metadata';
import { configMap } from '../__testUtils__/objects';
import type { CaseGroup, ClusterCase } from './ClusterCase';

const cases: ClusterCase[] = [
  {
    name: 'acts as somebody else, without what they may not',
    pins: 'Kubernetes 1.34, impersonation: RBAC of the impersonated user',
    run: async ({ client, ns, inNs }) => {
      const nobody = client.as({
        user: `system:serviceaccount:${ns}:nobody`,
        groups: ['system:serviceaccounts'],
      });
      await expect(
        nobody.get(refOf(inNs(configMap('settings', {})))),
      ).rejects.toMatchObject({ code: 'forbidden' });
    },
  },
  {
    name: 'watches live changes',
    pins: 'Kubernetes 1.34, watch: metadata-only events from the version of the list on',
    run: async ({ client, ns, inNs }) => {
      const abort = new AbortController();
      const seen: string[] = [];
      await client.watch({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: ns,
        labelSelector: 'watched=yes',
        metadataOnly: true,
        signal: abort.signal,
        onSync: async items => {
          seen.push(`SYNC ${items.length}`);
          const object = inNs(configMap('a', {}));
          object.metadata.labels = { watched: 'yes' };
          await client.create(object);
          await client.delete(refOf(object));
        },
        onEvent: ({ type, object }) => {
          seen.push(`${type} ${object.kind} ${object.metadata.name}`);
          if (type === 'DELETED') abort.abort();
        },
        onError: error => {
          seen.push(error.message);
          abort.abort();
        },
      });
      expect(seen).toEqual([
        'SYNC 0',
        'ADDED ConfigMap a',
        'DELETED ConfigMap a',
      ]);
    },
  },
];

export const clientCases: CaseGroup = { name: 'client', cases };
