import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { refOf } from '../object/metadata';
import { configMap, deployment, namespace } from '../__testUtils__/objects';
import { observed } from '../__testUtils__/observed';
import type { CaseGroup, ClusterCase } from './ClusterCase';

const many = (count: number, data: Record<string, string> = {}) =>
  Array.from({ length: count }, (_, i) => configMap(`item-${i}`, data));

/** Somebody else's ConfigMaps in the namespace. */
const foreign = (count: number) =>
  Array.from({ length: count }, (_, i) => configMap(`foreign-${i}`, {}));

const cases: ClusterCase[] = [
  {
    name: 'creates with one request for each object and two lists',
    pins: 'our own; Flux 2.9 makes three requests for each: get, dry run, apply',
    run: async ({ client, apply }) => {
      const { client: counted, calls } = observed(client);
      await apply(many(20), { client: counted });
      expect(calls).toEqual(['list', 'list', ...Array(20).fill('apply')]);
    },
  },
  {
    name: 'checks with one dry run for each object and one list',
    pins: 'our own; Flux 2.9 makes two requests for each: get, dry run',
    run: async ({ client, apply, lines }) => {
      await apply(many(20));
      const { client: counted, calls } = observed(client);
      const told = await lines(many(20), { client: counted });
      expect(new Set(told.map(line => line.split(' ')[1]))).toEqual(
        new Set(['unchanged']),
      );
      expect(calls).toEqual(['list', ...Array(20).fill('apply dry-run')]);
    },
  },
  {
    name: 'reads objects of many namespaces by one list',
    pins: 'Kubernetes 1.34: lists over all namespaces by label',
    run: async ({ client, apply, cleanUp, unique }) => {
      const namespaces = [0, 1, 2, 3].map(() => namespace(unique()));
      for (const object of namespaces) {
        cleanUp(() => client.delete(refOf(object)));
      }
      const set: KubernetesObject[] = namespaces.flatMap(({ metadata }) =>
        ['a', 'b', 'c', 'd', 'e'].map(name =>
          configMap(name, {}, { namespace: metadata.name }),
        ),
      );
      await apply([...namespaces, ...set]);
      const { client: counted, calls } = observed(client);
      await apply(set, { client: counted });
      expect(calls).toEqual(['list', ...Array(20).fill('apply dry-run')]);
    },
  },
  {
    name: 'does not walk through the objects of others for the sake of a few',
    pins: 'Kubernetes 1.34: limit, continue and remainingItemCount of lists',
    run: async ({ client, apply, inNs }) => {
      for (const object of foreign(60)) await client.create(inNs(object));
      const { client: counted, calls, count } = observed(client);
      await apply(many(4), { client: counted });
      // One page says that there is too much; then each is asked for.
      expect(calls.slice(0, 2)).toEqual(['list', 'list']);
      expect(count('get')).toBe(4);
      expect(count('apply')).toBe(4);
    },
  },
  {
    name: 'reads one by one where it may not list',
    pins: 'Kubernetes 1.34, RBAC: get and patch without list',
    run: async ({ client, ns, apply, lines }) => {
      const user = `${ns}-getter`;
      const rbac = 'rbac.authorization.k8s.io/v1';
      await client.create({
        apiVersion: rbac,
        kind: 'Role',
        metadata: { name: 'getter', namespace: ns },
        rules: [
          {
            apiGroups: [''],
            resources: ['configmaps'],
            verbs: ['get', 'patch', 'create'],
          },
        ],
      });
      await client.create({
        apiVersion: rbac,
        kind: 'RoleBinding',
        metadata: { name: 'getter', namespace: ns },
        roleRef: {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: 'Role',
          name: 'getter',
        },
        subjects: [
          { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user },
        ],
      });
      const getter = client.as({ user });
      await apply(many(5), { client: getter });
      expect(await lines(many(5), { client: getter })).toContain(
        'ConfigMap/NS/item-0 unchanged',
      );
    },
  },
  {
    name: 'tries new objects out where it changes others',
    pins: 'Flux 2.9, ssa manager: all dry runs of a stage pass before it writes',
    run: async ({ client, apply, lines }) => {
      await apply(many(5, { a: '1' }));
      const { client: counted, count } = observed(client);
      const told = await lines([...many(5, { a: '2' }), deployment('web')], {
        client: counted,
      });
      expect(told).toContain('Deployment/NS/web created');
      expect(count('apply dry-run')).toBe(6);
      expect(count('apply')).toBe(6);
    },
  },
];

export const costCases: CaseGroup = { name: 'cost', cases };
