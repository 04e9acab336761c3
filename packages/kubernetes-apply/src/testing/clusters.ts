import { readFileSync } from 'node:fs';
import type { ClusterClient } from '../client/ClusterClient';
import { createClusterClient } from '../client/createClusterClient';
import { loadKubeConfig } from '../kubeconfig/loadKubeConfig';

/** A cluster that the table of cases runs against. */
export interface TestCluster {
  name: string;
  start(): Promise<{ client: ClusterClient; stop(): Promise<void> }>;
}

/**
 * The clusters at hand: a real API server where `GITOPS_TEST_KUBECONFIG`
 * names the kubeconfig of one.
 */
export function testClusters(): TestCluster[] {
  const path = process.env.GITOPS_TEST_KUBECONFIG;
  return path ? [realCluster(path)] : [];
}

function realCluster(path: string): TestCluster {
  return {
    name: 'API server of GITOPS_TEST_KUBECONFIG',
    async start() {
      const kubeConfig = await loadKubeConfig(readFileSync(path, 'utf8'), {
        allowFiles: true,
        allowInsecure: true,
        allowProxy: true,
      });
      const client = createClusterClient({ kubeConfig });
      return { client, stop: () => client.close() };
    },
  };
}
