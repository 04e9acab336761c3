import { readFileSync } from 'node:fs';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { World } from './world';

/** A cluster that tests of behaviour run against. */
export interface TestCluster {
  name: string;
  /** Its requests are recorded, faults can be injected, Deployments become ready. */
  isSandbox: boolean;
  start(): Promise<World>;
}

const KINDS = [
  ['kustomize.toolkit.fluxcd.io/v1', 'Kustomization'],
  ['source.toolkit.fluxcd.io/v1', 'GitRepository'],
  ['coordination.k8s.io/v1', 'Lease'],
  ['v1', 'ConfigMap'],
  ['v1', 'Secret'],
  ['v1', 'ServiceAccount'],
  ['rbac.authorization.k8s.io/v1', 'Role'],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
  ['apps/v1', 'Deployment'],
  ['batch/v1', 'Job'],
  ['example.test/v1', 'Widget'],
] as const;

const path = process.env.GITOPS_TEST_KUBECONFIG;

/**
 * The sandbox, and the API server whose kubeconfig `GITOPS_TEST_KUBECONFIG` names.
 * Its namespace `default` is emptied before each test file: give it none in use.
 */
export const testClusters: readonly TestCluster[] = [
  { name: 'the sandbox', isSandbox: true, start: () => World.start() },
  ...(path
    ? [
        {
          name: 'the API server of GITOPS_TEST_KUBECONFIG',
          isSandbox: false,
          start: async () => {
            const kubeconfig = readFileSync(path, 'utf8');
            const world = await World.start({ kubeconfig });
            await empty(world);
            return world;
          },
        },
      ]
    : []),
];

/** Nothing of an earlier test is left in the namespace `default`. */
async function empty({ client }: World): Promise<void> {
  for (const [apiVersion, kind] of KINDS) {
    const { items } = await client
      .list<KubernetesObject>({ apiVersion, kind, namespace: 'default' })
      // Its definition is not there.
      .catch(() => ({ items: [] }));
    for (const { metadata } of items) {
      const ref = {
        apiVersion,
        kind,
        namespace: 'default',
        name: metadata.name,
      };
      if (metadata.finalizers?.length) {
        await client.patch(ref, {
          type: 'merge',
          body: { metadata: { finalizers: null } },
        });
      }
      await client.delete(ref);
    }
  }
}
