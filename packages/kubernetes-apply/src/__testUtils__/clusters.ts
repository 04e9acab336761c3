import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKubernetesApi } from '@backstage-gitops/sandbox';
import type { ClusterClient } from '../client/ClusterClient';
import { createClusterClient } from '../client/createClusterClient';
import { loadKubeConfig } from '../kubeconfig/loadKubeConfig';

/** A cluster that the table of cases runs against. */
export interface TestCluster {
  name: string;
  start(): Promise<{ client: ClusterClient; stop(): Promise<void> }>;
}

const sandbox: TestCluster = {
  name: 'sandbox',
  async start() {
    const dataDir = mkdtempSync(join(tmpdir(), 'kubernetes-apply-'));
    const api = await startKubernetesApi({ dataDir });
    const client = createClusterClient({
      kubeConfig: await loadKubeConfig(api.kubeconfig),
    });
    return {
      client,
      async stop() {
        await client.close();
        await api.stop();
        rmSync(dataDir, { recursive: true, force: true });
      },
    };
  },
};

/**
 * The clusters at hand: the sandbox, and a real API server where
 * `GITOPS_TEST_KUBECONFIG` names the kubeconfig of one. Where they differ,
 * the sandbox is wrong.
 */
export function testClusters(): TestCluster[] {
  const path = process.env.GITOPS_TEST_KUBECONFIG;
  return path ? [sandbox, realCluster(path)] : [sandbox];
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
